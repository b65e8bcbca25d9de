import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { claim, eventually, FACE, withCluster } from './harness.ts'

const cluster = withCluster('dns')
const { kubectl } = cluster

const ZONE = 'cluster.local'
const SERVER = '10.96.0.10'
const WEB = `apiVersion: v1
kind: Namespace
metadata: {name: other}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: web, image: fairlead/echo, readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ipFamilyPolicy: RequireDualStack
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: dgram, port: 53, targetPort: 8081, protocol: UDP}
---
apiVersion: v1
kind: Service
metadata: {name: four}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
`
const shell = (name: string, image: string, node: string, namespace = 'default'): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  containers: [{name: shell, image: ${image}, command: [sleep, infinity]}]
---
`
/** Three clients on three nodes: two images, two namespaces. */
const CLIENTS =
  shell('dig', 'fairlead/host', 'node-1') +
  shell('busy', 'fairlead/echo', 'node-2') +
  shell('far', 'fairlead/host', 'node-3', 'other')

const ready = (...args: readonly string[]): Promise<string> =>
  kubectl('wait', '--for=condition=Ready', 'pod', ...args, '--timeout=20s')
const clientsReady = async (): Promise<void> => {
  await kubectl.apply(WEB + CLIENTS)
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')
  await Promise.all([ready('dig', 'busy'), ready('-n', 'other', 'far')])
}
const serviceOf = (name: string): Promise<Service> => cluster.json<Service>('get', 'service', name)
const dig = async (...args: readonly string[]): Promise<string> => {
  const { stdout } = await cluster.inPod('dig', 'dig', '+tries=1', '+time=3', ...args)
  return stdout.trim()
}
const short = async (...args: readonly string[]): Promise<readonly string[]> =>
  (await dig('+short', ...args)).split('\n').filter(Boolean).sort()
const addresses = async (selector: string): Promise<readonly (readonly string[])[]> =>
  (await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', selector)).items.map(({ status }) =>
    status!.podIPs!.map(({ ip }) => ip),
  )

claim('a Service goes by its name, its name and namespace, and its full name, from every pod', async (assert) => {
  await clientsReady()
  const [v4, v6] = (await serviceOf('web')).spec!.clusterIPs!
  const names = ['web', 'web.default', 'web.default.svc', `web.default.svc.${ZONE}`, `web.default.svc.${ZONE}.`]
  await eventually(
    'it answers',
    async () => (await cluster.inPod('dig', 'curl', '-sm3', 'http://web/hostname')).status === 0,
  )
  for (const name of names) {
    const url = `http://${name}/hostname`
    assert.match((await cluster.inPod('dig', 'curl', '-sm3', url)).stdout, /^web-/, `${name} by curl`)
    assert.match(
      (await cluster.inPod('busy', 'timeout', '3', 'wget', '-qO-', url)).stdout,
      /^web-/,
      `${name} by busybox wget`,
    )
  }
  const limited = await cluster.inPod('busy', 'sh', '-c', 'wget -qO- -T 9 http://web/hostname; ps')
  assert.match(limited.stdout, /^web-/, 'with a limit of time, by a shell')
  // The pod's first process waits for nobody.
  assert.doesNotMatch(limited.stdout, /\[(?:wget|busybox)\]|sleep 9/, 'nothing is left of it')
  assert.deepEqual(await short('+search', 'web'), [v4])
  assert.deepEqual(await short('+search', 'web', 'AAAA'), [v6])
  const busy = await cluster.inPod('busy', 'nslookup', `web.default.svc.${ZONE}`)
  assert.ok(busy.stdout.includes(`Address: ${v4}`) && busy.stdout.includes(`Address: ${v6}`), busy.stdout)
  for (const name of [...names, 'four', 'four.default', 'kubernetes.default']) {
    const { status, stdout } = await cluster.inPod('busy', 'sh', '-c', `nslookup ${name}`)
    assert.equal(status, 0, `${name} by nslookup: ${stdout}`)
  }
  const run = ['run', 'once', '--rm', '--attach', '--restart=Never', '--image=fairlead/echo', '--']
  const once = await kubectl.try(...run, 'nslookup', 'kubernetes.default')
  assert.match(once.stdout, /^Name:\tkubernetes\.default\.svc\.cluster\.local\nAddress: 10\.96\.0\.1$/m)
  const inOther = async (...command: readonly string[]): Promise<string> =>
    (await kubectl.try('exec', '-n', 'other', 'far', '--', ...command)).stdout.trim()
  assert.match(await inOther('curl', '-sm3', 'http://web.default/hostname'), /^web-/)
  assert.match(await inOther('curl', '-sm3', `http://web.default.svc.${ZONE}/hostname`), /^web-/)
  assert.equal(await inOther('dig', '+short', '+search', 'web'), '', 'another namespace’s plain name is not found')
  const resolver = await inOther('python3', '-c', 'import socket; print(socket.gethostbyname("web.default"))')
  assert.equal(resolver, v4, 'the C library finds it too')
})

claim('the pod’s resolv.conf names the cluster’s DNS, its namespace’s domains and ndots 5', async (assert) => {
  const lines = async (...pod: readonly string[]): Promise<readonly string[]> =>
    (await kubectl('exec', ...pod, '--', 'cat', '/etc/resolv.conf')).trim().split('\n')
  const found = await lines('dig')
  assert.ok(found.includes(`search default.svc.${ZONE} svc.${ZONE} ${ZONE}`), found.join('\n'))
  assert.equal(
    found.find((line) => line.startsWith('nameserver')),
    `nameserver ${SERVER}`,
  )
  assert.ok(found.includes('options ndots:5'), found.join('\n'))
  assert.ok((await lines('-n', 'other', 'far')).includes(`search other.svc.${ZONE} svc.${ZONE} ${ZONE}`))
  await kubectl.apply(
    shell('own-dns', 'fairlead/echo', 'node-1').replace(
      'spec:\n',
      'spec:\n  dnsPolicy: None\n  dnsConfig: {nameservers: [10.96.0.10], searches: [example.test], ' +
        'options: [{name: ndots, value: "2"}]}\n',
    ),
  )
  await ready('own-dns')
  const own = await lines('own-dns')
  assert.deepEqual(own.toSorted(), ['nameserver 10.96.0.10', 'options ndots:2', 'search example.test'])
})

claim(
  'the cluster’s DNS is a Service, kube-system/kube-dns, at the tenth address, and answers by UDP and TCP',
  async (assert) => {
    const service = await cluster.json<Service>('get', 'service', '-n', 'kube-system', 'kube-dns')
    assert.equal(service.spec!.clusterIP, SERVER)
    assert.deepEqual(
      service
        .spec!.ports!.filter(({ port }) => port === 53)
        .map(({ protocol }) => protocol)
        .sort(),
      ['TCP', 'UDP'],
    )
    assert.deepEqual(service.spec!.ipFamilies, ['IPv4', 'IPv6'])
    const [v4] = (await serviceOf('web')).spec!.clusterIPs!
    const name = `web.default.svc.${ZONE}`
    for (const server of service.spec!.clusterIPs!) {
      for (const transport of ['+notcp', '+tcp']) {
        assert.deepEqual(await short(`@${server}`, transport, name), [v4], `${server} ${transport}`)
      }
    }
    assert.deepEqual(await short(`kube-dns.kube-system.svc.${ZONE}`), [SERVER])
    for (const { name: node } of cluster.facts.nodes) {
      const { stdout } = await cluster.onNode(node, 'dig', '+short', '+time=2', '+tries=1', `@${SERVER}`, name)
      assert.equal(stdout.trim(), v4, `from ${node}`)
    }
    // The same connection answers several questions.
    const two = await dig('+tcp', '+keepopen', '+short', name, '+tcp', '+keepopen', `four.default.svc.${ZONE}`)
    assert.deepEqual(two.split('\n'), [v4, (await serviceOf('four')).spec!.clusterIP])
  },
)

claim('a dual-stack Service has A and AAAA; one of IPv4 alone has an empty AAAA, not an error', async (assert) => {
  const [v4, v6] = (await serviceOf('web')).spec!.clusterIPs!
  assert.deepEqual(await short(`web.default.svc.${ZONE}`, 'A'), [v4])
  assert.deepEqual(await short(`web.default.svc.${ZONE}`, 'AAAA'), [v6])
  assert.deepEqual(await short(`WEB.Default.SVC.${ZONE}`), [v4], 'names have no case')
  const empty = await dig(`four.default.svc.${ZONE}`, 'AAAA')
  assert.match(empty, /status: NOERROR/)
  assert.match(empty, /ANSWER: 0, AUTHORITY: 1/)
  assert.match(empty, /SOA/)
  assert.match(empty, /flags: qr aa/)
})

claim('named ports have SRV records, with the addresses beside them', async (assert) => {
  const [v4, v6] = (await serviceOf('web')).spec!.clusterIPs!
  const host = `web.default.svc.${ZONE}.`
  assert.deepEqual(await short(`_http._tcp.${host}`, 'SRV'), [`0 100 80 ${host}`])
  assert.deepEqual(await short(`_dgram._udp.${host}`, 'SRV'), [`0 100 53 ${host}`])
  const full = await dig('+noall', '+additional', `_http._tcp.${host}`, 'SRV')
  assert.ok(full.includes(v4!) && full.includes(v6!), full)
  assert.match(await dig(`_http._udp.${host}`, 'SRV'), /status: NXDOMAIN/)
  assert.match(await dig(`_none._tcp.${host}`, 'SRV'), /status: NXDOMAIN/)
})

claim('addresses lead back to names: PTR of Services and of headless pods', async (assert) => {
  const [v4, v6] = (await serviceOf('web')).spec!.clusterIPs!
  assert.deepEqual(await short('-x', v4!), [`web.default.svc.${ZONE}.`])
  assert.deepEqual(await short('-x', v6!), [`web.default.svc.${ZONE}.`])
  assert.deepEqual(await short('-x', '10.96.0.1'), [`kubernetes.default.svc.${ZONE}.`])
  assert.match(await dig('-x', '10.96.99.99'), /status: NXDOMAIN/)
})

claim(
  'a headless Service answers with its pods, each by hostname or dashed address, while they are ready',
  async (assert) => {
    const peer = (name: string, more: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: peers}}
spec:
  ${more}
  terminationGracePeriodSeconds: 1
  containers:
  - name: web
    image: fairlead/echo
    ports: [{name: http, containerPort: 8080}]
    readinessProbe: {exec: {command: [test, '!', -e, /tmp/unready]}, periodSeconds: 1, failureThreshold: 1}
---
`
    await kubectl.apply(`apiVersion: v1
kind: Service
metadata: {name: peers}
spec:
  clusterIP: None
  ipFamilyPolicy: RequireDualStack
  selector: {app: peers}
  ports: [{name: http, port: 8080}]
---
${peer('peer-a', 'hostname: a\n  subdomain: peers')}${peer('peer-b', 'restartPolicy: Always')}`)
    await ready('peer-a', 'peer-b')
    const host = `peers.default.svc.${ZONE}`
    const [a, b] = (await Promise.all(
      ['peer-a', 'peer-b'].map(async (name) =>
        (await cluster.json<Pod>('get', 'pod', name)).status!.podIPs!.map(({ ip }) => ip),
      ),
    )) as [string[], string[]]
    const dashed = b[0]!.replaceAll('.', '-')
    const found = await eventually('both pods', async () => {
      const now = await short(host)
      return now.length === 2 && now
    })
    assert.deepEqual(found, [a[0], b[0]].toSorted())
    assert.deepEqual(await short(host, 'AAAA'), [a[1], b[1]].toSorted())
    assert.deepEqual(await short(`a.${host}`), [a[0]])
    assert.deepEqual(await short(`a.${host}`, 'AAAA'), [a[1]])
    assert.deepEqual(await short(`${dashed}.${host}`), [b[0]])
    assert.match(await dig(`${a[0]!.replaceAll('.', '-')}.${host}`), /status: NXDOMAIN/, 'a hostname takes its place')
    assert.deepEqual(await short('-x', a[0]!), [`a.${host}.`])
    assert.deepEqual(await short('-x', b[0]!), [`${dashed}.${host}.`])
    const targets = (await short(`_http._tcp.${host}`, 'SRV')).map((line) => line.split(' '))
    assert.deepEqual(
      targets.map(([, , port]) => port),
      targets.map(() => '8080'),
    )
    assert.ok(
      targets.some(([, , , target]) => target === `a.${host}.`),
      JSON.stringify(targets),
    )
    assert.ok(
      targets.some(([, , , target]) => target === `${dashed}.${host}.`),
      JSON.stringify(targets),
    )

    // hostname and subdomain are the pod's own full name too.
    assert.equal((await cluster.inPod('peer-a', 'hostname')).stdout.trim(), 'a')
    assert.match((await cluster.inPod('peer-a', 'cat', '/etc/hosts')).stdout, new RegExp(`${a[0]}\\s+a\\.${host}\\s+a`))

    await cluster.inPod('peer-b', 'touch', '/tmp/unready')
    const left = await eventually('the pod that is not ready leaves', async () => {
      const now = await short(host)
      return now.length === 1 && now
    })
    assert.deepEqual(left, [a[0]])
    assert.match(await dig(`${dashed}.${host}`), /status: NXDOMAIN/)
    await kubectl('delete', 'pod', 'peer-a', 'peer-b', '--now')
    await eventually('nothing is left', async () => /status: NXDOMAIN/.test(await dig(host)))
  },
)

claim('every pod has a name made of its address, as long as it is there', async (assert) => {
  const [[v4, v6]] = (await addresses('app=web')) as [[string, string]]
  const dashed = v4.replaceAll('.', '-')
  assert.match(dashed, /^10-244-\d-\d+$/)
  assert.deepEqual(await short(`${dashed}.default.pod.${ZONE}`), [v4])
  assert.deepEqual(await short(`${v6.replaceAll(':', '-')}.default.pod.${ZONE}`, 'AAAA'), [v6])
  assert.deepEqual(await short('+search', `${dashed}.default.pod`), [v4])
  assert.match(await dig(`${dashed}.other.pod.${ZONE}`), /status: NXDOMAIN/)
  assert.match(await dig(`10-244-1-250.default.pod.${ZONE}`), /status: NXDOMAIN/)
})

claim('an ExternalName Service is a CNAME, followed where the name is ours', async (assert) => {
  const external = (name: string, to: string): string =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {type: ExternalName, externalName: ${to}}\n---\n`
  await kubectl.apply(
    external('alias', `web.default.svc.${ZONE}`) +
      external('outside', 'shop.example.com') +
      external('ring-a', `ring-b.default.svc.${ZONE}`) +
      external('ring-b', `ring-a.default.svc.${ZONE}`),
  )
  const { clusterIP } = (await serviceOf('web')).spec!
  const alias = await eventually('the alias', async () => {
    const now = await dig('+short', '+search', 'alias')
    return now !== '' && now.split('\n')
  })
  assert.deepEqual(alias, [`web.default.svc.${ZONE}.`, clusterIP])
  assert.match((await cluster.inPod('busy', 'timeout', '3', 'wget', '-qO-', 'http://alias/hostname')).stdout, /^web-/)
  assert.deepEqual(await short('outside.default.svc.cluster.local', 'CNAME'), ['shop.example.com.'])
  if (FACE === 'built-in') {
    const without = await dig('outside.default.svc.cluster.local')
    assert.match(without, /ANSWER: 1,/)
    assert.match(without, /CNAME\s+shop\.example\.com\./)
  }
  assert.match(await dig('ring-a.default.svc.cluster.local'), /status: SERVFAIL/)
})

claim('a name that is not there is NXDOMAIN with the zone’s SOA; one between names is empty', async (assert) => {
  const missing = await dig(`nobody.default.svc.${ZONE}`)
  assert.match(missing, /status: NXDOMAIN/)
  assert.match(missing, /AUTHORITY: 1/)
  assert.match(missing, new RegExp(`^${ZONE}\\.\\s+5\\s+IN\\s+SOA\\s+ns\\.dns\\.${ZONE}\\.`, 'm'))
  assert.match(await dig(`web.nowhere.svc.${ZONE}`), /status: NXDOMAIN/)
  for (const between of [`default.svc.${ZONE}`, `svc.${ZONE}`, `_tcp.web.default.svc.${ZONE}`]) {
    const empty = await dig(between)
    assert.match(empty, /status: NOERROR/, between)
    assert.match(empty, /ANSWER: 0/, between)
  }
  assert.deepEqual(await short(`dns-version.${ZONE}`, 'TXT'), ['"1.1.0"'])
  assert.match((await short(ZONE, 'SOA')).join(), /^ns\.dns\.cluster\.local\. hostmaster\.cluster\.local\. \d+ /)
})

claim(
  'without egress a name outside is refused, and the answer says why',
  async (assert) => {
    const outside = await dig('example.com')
    assert.match(outside, /status: REFUSED/)
    assert.match(outside, /EDE: 20/)
    assert.match(outside, /example\.com is outside cluster\.local, and this cluster has no egress/)
    const curl = await cluster.inPod('dig', 'curl', '-sm5', 'http://example.com/')
    assert.equal(curl.status, 6, 'curl says at once that it cannot resolve it')
  },
  {
    skip: FACE === 'installed' ? 'installed, the nodes’ own resolvers are asked, whatever becomes of that' : undefined,
  },
)

claim('DNS follows a Service: a new name answers at once, a deleted one is gone', async (assert) => {
  await kubectl('create', 'service', 'clusterip', 'fresh', '--tcp=80:8080')
  const { clusterIP } = (await serviceOf('fresh')).spec!
  const found = await eventually(
    'the new name',
    async () => {
      const now = await short('+search', 'fresh')
      return now.length === 1 && now
    },
    5_000,
  )
  assert.deepEqual(found, [clusterIP])
  await kubectl('delete', 'service', 'fresh')
  await eventually(
    'the name is gone',
    async () => /status: NXDOMAIN/.test(await dig(`fresh.default.svc.${ZONE}`)),
    5_000,
  )
  await kubectl('create', 'service', 'clusterip', 'fresh', '--clusterip=None')
  assert.match(await dig(`fresh.default.svc.${ZONE}`), /status: NXDOMAIN/, 'headless without endpoints has no name')
})
