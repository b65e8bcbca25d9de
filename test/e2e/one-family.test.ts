import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { ask, deployment, service } from './echo.ts'
import { type Assert, claim, eventually, run } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'
import { traces } from './traces.ts'

/** A family, what a cluster of it has, and the address of a machine of the other one. */
interface Family {
  readonly name: 'IPv4' | 'IPv6'
  readonly other: 'IPv4' | 'IPv6'
  readonly clusterCidr: string
  readonly serviceCidr: string
  readonly host: string
  readonly dns: string
  readonly podCidr: string
  readonly poolAddress: RegExp
  readonly record: 'A' | 'AAAA'
  readonly otherRecord: 'A' | 'AAAA'
  readonly reverse: string
  readonly nftOwn: string
  readonly nftOther: string
  /** What no object of such a cluster holds. */
  readonly foreign: RegExp
}

const IPV4: Family = {
  name: 'IPv4',
  other: 'IPv6',
  clusterCidr: '10.1.0.0/16',
  serviceCidr: '10.96.0.0/16',
  host: '172.30.0.1',
  dns: '10.96.0.10',
  podCidr: '10.1.3.0/24',
  poolAddress: /^172\.30\.255\.\d+$/,
  record: 'A',
  otherRecord: 'AAAA',
  reverse: '1.0.96.10.in-addr.arpa',
  nftOwn: 'ip saddr',
  nftOther: 'ip6 saddr',
  foreign: /\bf[de][0-9a-f]{2}:[0-9a-f:]+|IPv6/,
}
const IPV6: Family = {
  name: 'IPv6',
  other: 'IPv4',
  clusterCidr: 'fd00:10:1::/56',
  serviceCidr: 'fd00:10:96::/112',
  host: 'fd00:172:30::1',
  dns: 'fd00:10:96::a',
  podCidr: 'fd00:10:1:3::/64',
  poolAddress: /^fd00:172:30:0:ff::/,
  record: 'AAAA',
  otherRecord: 'A',
  reverse: `1.${'0.'.repeat(19)}6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa`,
  nftOwn: 'ip6 saddr',
  nftOther: 'ip saddr',
  foreign: /\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|IPv4/,
}

const POLICY_OF = (policy: string) => `ipFamilyPolicy: ${policy}\nports: [{port: 80, targetPort: 8080}]`
const OBJECTS =
  deployment('web', { replicas: 2, grace: 1 }) +
  service('web', 'type: NodePort\nports: [{name: http, port: 80, targetPort: 8080, nodePort: 30080}]') +
  service('balanced', 'type: LoadBalancer\nports: [{port: 80, targetPort: 8080}]', 'web') +
  service('headless', 'clusterIP: None\nports: [{port: 8080}]', 'web') +
  service('preferred', POLICY_OF('PreferDualStack'), 'web') +
  `apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: shell
    image: fairlead/host
    command: [sleep, infinity]
    env:
    - {name: OWN_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: OWN_IPS, valueFrom: {fieldRef: {fieldPath: status.podIPs}}}
    - {name: HOST_IPS, valueFrom: {fieldRef: {fieldPath: status.hostIPs}}}
---
apiVersion: v1
kind: Pod
metadata: {name: node-network}
spec:
  hostNetwork: true
  terminationGracePeriodSeconds: 1
  containers: [{name: shell, image: fairlead/host, command: [sleep, infinity]}]
`

const get = async <T>(one: Scratch, ...args: readonly string[]): Promise<T> =>
  JSON.parse(await one.kubectl('get', ...args, '-o', 'json')) as T
const inClient = (one: Scratch, ...command: readonly string[]): Promise<string> =>
  one.kubectl('exec', 'client', '--', ...command)
const dig = async (one: Scratch, ...args: readonly string[]): Promise<readonly string[]> =>
  (await inClient(one, 'dig', '+tries=1', '+time=3', '+short', ...args)).split('\n').filter(Boolean).sort()
const url = (address: string, port: number, path = ''): string =>
  `http://${address.includes(':') ? `[${address}]` : address}:${port}${path}`

/** Every object that has addresses holds none of the other family. */
const holdsNoOther = async (assert: Assert, one: Scratch, { foreign }: Family): Promise<void> => {
  const kinds = 'nodes,pods,services,endpoints,endpointslices,servicecidrs,ipaddresses,leases'
  const text = await one.kubectl('get', kinds, '-A', '-o', 'yaml')
  for (const kind of ['Node', 'Pod', 'Service', 'Endpoints', 'EndpointSlice', 'ServiceCIDR', 'IPAddress', 'Lease'])
    assert.match(text, new RegExp(`^  kind: ${kind}$`, 'm'))
  // Versions of programs are not addresses.
  const addresses = text.replaceAll(/(kernelVersion|containerRuntimeVersion|osImage): .*/g, '')
  assert.doesNotMatch(addresses, foreign)
}

const servesAll = async (assert: Assert, one: Scratch, family: Family): Promise<void> => {
  const nodes = (await get<{ items: Node[] }>(one, 'nodes')).items
  for (const { status } of nodes) {
    const address = status!.addresses!.find(({ type }) => type === 'InternalIP')!.address!
    assert.match(await ask(address, 30_080), /^web-/, `node port at ${address}`)
  }
  const ingress = await eventually('an address of the pool', async () => {
    const { status } = await get<Service>(one, 'service', 'balanced')
    return status?.loadBalancer?.ingress
  })
  assert.equal(ingress.length, 1)
  assert.match(ingress[0]!.ip!, family.poolAddress)
  assert.match(await eventually('the load balancer', () => ask(ingress[0]!.ip!, 80)), /^web-/)
  for (const name of ['web', 'preferred', 'balanced'])
    assert.match(await inClient(one, 'curl', '-sSm3', `http://${name}/hostname`), /^web-/, name)
  assert.match(await inClient(one, 'curl', '-sSm3', 'http://headless:8080/hostname'), /^web-/)
}

const isOfOneFamily = async (assert: Assert, one: Scratch, family: Family): Promise<void> => {
  const nodes = (await get<{ items: Node[] }>(one, 'nodes')).items
  for (const { spec, status } of nodes) {
    assert.equal(status!.addresses!.filter(({ type }) => type === 'InternalIP').length, 1)
    assert.deepEqual(spec!.podCIDRs, [spec!.podCIDR])
  }
  const pods = (await get<{ items: Pod[] }>(one, 'pods')).items
  for (const { status } of pods) assert.deepEqual(status!.podIPs, [{ ip: status!.podIP }])
  const client = pods.find(({ metadata }) => metadata!.name === 'client')!
  assert.equal(
    await inClient(one, 'sh', '-c', 'echo $OWN_IP $OWN_IPS $HOST_IPS'),
    `${client.status!.podIP} ${client.status!.podIP} ${client.status!.hostIP}\n`,
  )
  assert.match(await inClient(one, 'cat', '/etc/resolv.conf'), new RegExp(`^nameserver ${family.dns}$`, 'm'))

  for (const [name, namespace, policy] of [
    ['web', 'default', 'SingleStack'],
    ['headless', 'default', 'SingleStack'],
    ['preferred', 'default', 'PreferDualStack'],
    ['kubernetes', 'default', 'SingleStack'],
    ['kube-dns', 'kube-system', 'SingleStack'],
  ] as const) {
    const { spec } = await get<Service>(one, 'service', name, '-n', namespace)
    assert.deepEqual([spec!.ipFamilyPolicy, spec!.ipFamilies], [policy, [family.name]], name)
    assert.deepEqual(spec!.clusterIPs, [spec!.clusterIP], name)
  }
  const cidrs = await one.kubectl('get', 'servicecidr', 'kubernetes', '-o', 'jsonpath={.spec.cidrs}')
  assert.deepEqual(JSON.parse(cidrs), [family.serviceCidr])
  assert.match(await one.kubectl('describe', 'service', 'web'), new RegExp(`^IP Families: +${family.name}$`, 'm'))
  await holdsNoOther(assert, one, family)
}

const refusesOther = async (assert: Assert, one: Scratch, family: Family): Promise<void> => {
  const both = await one.apply(service('both', POLICY_OF('RequireDualStack'), 'web'))
  assert.equal(both.status, 1)
  assert.match(
    both.stderr,
    /The Service "both" is invalid: spec\.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services/,
  )
  const other = await one.apply(
    service('other', `ipFamilies: [${family.other}]\nports: [{port: 80, targetPort: 8080}]`, 'web'),
  )
  assert.match(
    other.stderr,
    new RegExp(
      `The Service "other" is invalid: spec\\.ipFamilies\\[0\\]: Invalid value: "${family.other}": not configured on this cluster`,
    ),
  )
}

/** DNS has records of the family alone, and a name of each address back. */
const answersNames = async (assert: Assert, one: Scratch, family: Family): Promise<void> => {
  const { spec } = await get<Service>(one, 'service', 'web')
  assert.deepEqual(await dig(one, 'web.default.svc.cluster.local', family.record), [spec!.clusterIP])
  assert.deepEqual(await dig(one, 'web.default.svc.cluster.local', family.otherRecord), [])
  const podIps = (await get<{ items: Pod[] }>(one, 'pods', '-l', 'app=web')).items.map(({ status }) => status!.podIP)
  assert.deepEqual(await dig(one, 'headless.default.svc.cluster.local', family.record), [...podIps].sort())
  assert.deepEqual(await dig(one, 'headless.default.svc.cluster.local', family.otherRecord), [])
  assert.deepEqual(await dig(one, '-x', family.dns), ['kube-dns.kube-system.svc.cluster.local.'])
  assert.deepEqual(await dig(one, family.reverse, 'PTR'), ['kubernetes.default.svc.cluster.local.'])
}

/** What is no object: the API's certificate, routes and addresses of machines, rules of the host, what our verbs say. */
const machinesToo = async (assert: Assert, one: Scratch, name: string, family: Family): Promise<void> => {
  const account = '/var/run/secrets/kubernetes.io/serviceaccount'
  const answer = await inClient(one, 'sh', '-c', `curl -sSm3 --cacert ${account}/ca.crt https://kubernetes/version`)
  assert.match(answer, /"gitVersion"/, 'the certificate names the Service')
  const underlay = await run(
    'kubectl',
    ['--server', `${url(family.host, 6443).replace('http:', 'https:')}`, 'get', 'nodes'],
    {
      env: one.env,
    },
  )
  assert.equal(underlay.status, 0, `the certificate names the host: ${underlay.stderr}`)
  assert.doesNotMatch(readFileSync(one.kubeconfig, 'utf8'), /172\.30|fd00/)

  for (const namespace of [`fairlead-${name}-node-1`, `fairlead-${name}-fabric`]) {
    const inside = (...args: readonly string[]) => run('ip', ['-n', namespace, ...args])
    const { stdout } = await inside('address', 'show', 'scope', 'global')
    assert.match(stdout, family.name === 'IPv4' ? /inet 172\.30\./ : /inet6 fd00:172:30:/)
    assert.doesNotMatch(stdout, family.name === 'IPv4' ? /inet6/ : /inet /)
    assert.equal((await inside(family.name === 'IPv4' ? '-6' : '-4', 'route', 'show', 'proto', '250')).stdout, '')
  }
  const { stdout: rules } = await run('nft', ['list', 'tables'])
  const table = /inet (\S+-egress)/.exec(rules)![1]!
  const { stdout: egress } = await run('nft', ['list', 'table', 'inet', table])
  assert.ok(egress.includes(family.nftOwn), egress)
  assert.ok(!egress.includes(family.nftOther), egress)
  assert.equal(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8').trim(), family.name === 'IPv4' ? '1' : '0')

  for (const verb of ['status', 'list']) {
    const said = await one.fairlead(verb, ...(verb === 'list' ? [] : ['--name', name]), '-o', 'json')
    assert.equal(said.status, 0, said.stderr)
    assert.doesNotMatch(said.stdout.replaceAll('127.0.0.1', ''), family.foreign, verb)
  }
  const explained = await one.fairlead('explain', '--name', name, '--from', 'pod/client', '--to', 'svc/web')
  assert.equal(explained.status, 0, explained.stdout)
  const missing = await one.fairlead(
    ...['explain', '--name', name, '--from', 'pod/client', '--to', 'svc/web', '--family', family.other.slice(-1)],
  )
  assert.match(missing.stdout, /^NOT REACHABLE/m)
  assert.doesNotMatch(missing.stdout, /RequireDualStack/, 'no cure that this cluster refuses')
}

const lifeOf = async (assert: Assert, one: Scratch, name: string, family: Family): Promise<void> => {
  const applied = await one.apply(OBJECTS)
  assert.equal(applied.status, 0, applied.stderr)
  await one.kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=30s')
  await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
  await servesAll(assert, one, family)
  await isOfOneFamily(assert, one, family)
  await refusesOther(assert, one, family)
  await answersNames(assert, one, family)
  await machinesToo(assert, one, name, family)

  const added = await one.fairlead('node', 'add', '--name', name)
  assert.equal(added.status, 0, added.stderr)
  assert.deepEqual((await get<Node>(one, 'node', 'node-3')).spec!.podCIDRs, [family.podCidr])
  await servesAll(assert, one, family)
  await holdsNoOther(assert, one, family)

  assert.equal((await one.fairlead('stop', name, '-q')).status, 0)
  const two = await one.fairlead('up', name, '--cluster-cidr', '10.1.0.0/16,fd00:10:1::/56')
  assert.equal(two.status, 1)
  assert.match(two.stderr, new RegExp(`has --cluster-cidr ${family.clusterCidr}, not 10\\.1`))
  // The nodes' range alone says the same of a cluster that is there, and of a new one nothing that could be.
  const again = await one.fairlead(
    'up',
    name,
    '--node-cidr',
    family.host.replace(/1$/, family.name === 'IPv4' ? '0/16' : '/64'),
  )
  assert.equal(again.status, 0, again.stderr)
  await one.kubectl('wait', '--for=condition=Ready', 'pod', '--all', '--timeout=30s')
  await eventually('the load balancer', () => servesAll(assert, one, family).then(() => true))
  await isOfOneFamily(assert, one, family)
}

claim(
  'a cluster of IPv4 alone, by its file: pods, nodes, Services, names, rules and certificates have nothing of IPv6, over stop and up',
  async (assert) => {
    await using one = scratch()
    const before = await traces()
    const file = join(one.folder, 'cluster.yaml')
    writeFileSync(
      file,
      'apiVersion: fairlead/v1\nkind: Cluster\nname: only-4\nnodes: 2\negress: true\nclusterCidr: [10.1.0.0/16]\n',
    )
    const up = await one.fairlead('up', '-f', file, '--name', 'only-4')
    assert.equal(up.status, 0, up.stderr)
    assert.match(up.stderr, /^ {2}node-1 +172\.30\.0\.2 +pods 10\.1\.1\.0\/24$/m)
    await lifeOf(assert, one, 'only-4', IPV4)
    assert.equal((await one.fairlead('down', 'only-4')).status, 0)
    assert.deepEqual(await traces(), before)
  },
  { timeout: 180_000 },
)

claim(
  'a cluster of IPv6 alone: pods, nodes, Services, names, rules and certificates have nothing of IPv4, over stop and up',
  async (assert) => {
    await using one = scratch()
    const flags = ['--nodes', '2', '--egress', '--cluster-cidr', 'fd00:10:1::/56'] as const
    const closed = await one.fairlead('up', '--name', 'only-6', ...flags)
    assert.equal(closed.status, 1)
    assert.match(closed.stderr, /with --egress, and this machine does not forward IPv6/)
    writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '1')
    try {
      const before = await traces()
      const { nodes } = await one.up('only-6', ...flags)
      assert.deepEqual([nodes[0]!.addresses, nodes[0]!.podCidrs], [['fd00:172:30::2'], ['fd00:10:1:1::/64']])
      await lifeOf(assert, one, 'only-6', IPV6)
      assert.equal((await one.fairlead('down', 'only-6')).status, 0)
      assert.deepEqual(await traces(), before)
    } finally {
      writeFileSync('/proc/sys/net/ipv6/conf/all/forwarding', '0')
    }
  },
  { timeout: 180_000 },
)

claim(
  'ranges of different families are refused before anything is made, with the flags and the way out',
  async (assert) => {
    await using one = scratch()
    const refused = async (flags: readonly string[], message: RegExp): Promise<void> => {
      const { status, stderr } = await one.fairlead('up', 'never', ...flags)
      assert.equal(status, 2, stderr)
      assert.match(stderr, message)
    }
    await refused(
      ['--cluster-cidr', '10.1.0.0/16', '--service-cidr', 'fd00:10:96::/112'],
      /--service-cidr fd00:10:96::\/112: is IPv6 alone, and --cluster-cidr 10\.1\.0\.0\/16 is IPv4 alone\n +give --service-cidr of IPv4 alone/,
    )
    await refused(
      ['--load-balancer-cidr', '172.30.255.0/24'],
      /--load-balancer-cidr 172\.30\.255\.0\/24: is IPv4 alone, and the cluster is IPv4 and IPv6\n.*--cluster-cidr of IPv4 alone/,
    )
    await refused(['--cluster-cidr', '10.1.0.0/16,10.2.0.0/16'], /must be an IPv4 and an IPv6 range, or one of them/)
    assert.match((await one.fairlead('list')).stderr + (await one.fairlead('list')).stdout, /no clusters/)
  },
)
