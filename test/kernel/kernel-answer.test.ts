import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import type { KernelAnswer } from '#agent/kernel/kernel-page.ts'
import { kernelPage } from '#agent/kernel/kernel-page.ts'
import { compileService } from '#dataplane/nftables/compile.ts'
import { heldFrontends } from '#dataplane/nftables/held.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import { type EndpointSlice, forwardService, type Service } from '#forwarding/forward-service.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/services/service-proxy.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'

const NAME = 'fl-kernel-answer'
const path = namespacePath(NAME)
const node: NodeFacts = {
  name: 'n1',
  zone: undefined,
  nodeAddresses: ['172.30.0.2', 'fd00:172:30::2'],
  podCidrs: ['10.244.0.0/16', 'fd00:10:244::/48'],
  serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
  ownPods: [{ cidr: '10.244.1.0/24', masqueradeAs: '172.30.0.2' }],
}

interface Wanted {
  readonly pods: number
  readonly spec?: object
}

/** A Service of both families, with so many pods: `spec` goes before what stands here. */
const objects = (number: number, { pods, spec }: Wanted): readonly [Service, readonly EndpointSlice[]] => {
  const clusterIPs = [`10.96.0.${number}`, `fd00:10:96::${number}`]
  const port = { name: 'http', port: 80, nodePort: 30000 + number }
  const metadata = { namespace: 'shop', name: `s${number}` }
  const slice = (addressType: string, of: (pod: number) => string) => ({
    addressType,
    endpoints: Array.from({ length: pods }, (_, pod) => ({
      addresses: [of(pod + 1)],
      nodeName: pod % 2 ? 'n2' : 'n1',
    })),
    ports: [{ name: 'http', port: 8080 }],
  })
  const service = {
    metadata,
    spec: { type: 'NodePort', clusterIP: clusterIPs[0], clusterIPs, ports: [port], ...spec },
  } as unknown as Service
  const slices = [
    slice('IPv4', (pod) => `10.244.${number}.${pod}`),
    slice('IPv6', (pod) => `fd00:10:244:${number}::${pod}`),
  ] as unknown as EndpointSlice[]
  return [service, slices]
}

/** Plain; sticky; of more endpoints than there are chains for; policy Local; for some clients alone; with nobody. */
const SERVICES = [
  objects(1, { pods: 3 }),
  objects(2, {
    pods: 3,
    spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } } },
  }),
  objects(3, { pods: 20 }),
  objects(4, { pods: 4, spec: { externalTrafficPolicy: 'Local' } }),
  objects(5, { pods: 0 }),
]

let nftables: Nftables
let proxy: ServiceProxy

before(async () => {
  createNetworkNamespace(NAME)
  nftables = openNftables(path)
  proxy = createServiceProxy({
    node,
    kernel: { nftables, conntrack: new NotedFlows() },
    synced: Promise.resolve(),
    onFault: () => {},
  })
  for (const [service, slices] of SERVICES)
    proxy.serviceChanged({ namespace: 'shop', name: service.metadata!.name! }, service, slices)
  await proxy.ready
})
after(() => {
  proxy?.stop()
  nftables?.close()
  deleteNamespace(path)
})

const ask = (query: string): KernelAnswer => {
  const { status, body } = kernelPage({ node: 'n1', namespace: path }, new URLSearchParams(query))
  assert.equal(status, 200, JSON.stringify(body))
  // As it travels.
  return JSON.parse(JSON.stringify(body)) as KernelAnswer
}
const frontends = ({ elements, kinds }: Pick<KernelAnswer, 'elements' | 'kinds'>) => heldFrontends(elements, kinds)

test('the kernel’s elements of a Service are those that its objects compile to, whatever numbers they have here', () => {
  for (const [service, slices] of SERVICES) {
    const name = service.metadata!.name!
    const wanted = compileService(forwardService(service, slices, node), new Ids(), 0)
    const answer = ask(`service=shop/${name}`)
    assert.deepEqual(frontends(answer), frontends(wanted), name)
    assert.equal(frontends(answer).length, 4, name)
    assert.ok(answer.elements.every(({ set, comment }) => set !== 'frontends' || comment === `shop/${name}:http`))
    assert.deepEqual(answer.tables, { services: 'ours', policies: 'none' })
  }
})

test('an answer is about what was asked for: by address and port, by node port, and of the node always', () => {
  const one = ask('frontend=10.96.0.3:80/tcp')
  assert.deepEqual(
    frontends(one).map(({ address, port, cluster }) => [address, port, cluster.kind, cluster.backends.length]),
    [['10.96.0.3', 80, 'pick-20', 20]],
  )
  assert.deepEqual(
    frontends(ask('frontend=[fd00:10:96::1]:80')).map(({ address }) => address),
    ['fd00:10:96::1'],
  )
  const ports = frontends(ask('frontend=:30004'))
  assert.deepEqual(
    ports.map(({ family, cluster, local }) => [family, cluster.backends.length, local?.backends.length]),
    [
      ['ip', 4, 2],
      ['ip6', 4, 2],
    ],
  )
  assert.deepEqual(frontends(ask('frontend=10.96.0.99:80/tcp')), [])
  const own = ask('')
  const of = (set: string) => own.elements.filter((one) => one.set === set).map(({ key }) => key[0])
  assert.deepEqual(of('nodeport-ips').sort(), [...node.nodeAddresses].sort())
  assert.deepEqual(of('service-cidrs').sort(), [...node.serviceCidrs].sort())
  assert.deepEqual(own.kinds, [])
  assert.equal(own.settings['ipv4/ip_forward'], '0')
})

test('what is broken by hand is seen: an endpoint that is gone, and a table that is not ours any more', () => {
  const before = frontends(ask('service=shop/s1'))
  const elements = ask('service=shop/s1').elements.filter(({ set, family }) => set === 'backends' && family === 'ip')
  const [word, slot] = elements[0]!.key
  nftables.run(`delete element ip fairlead backends { ${word} . ${slot} }`)
  const after = frontends(ask('service=shop/s1'))
  assert.notDeepEqual(after, before)
  assert.equal(after.find(({ address }) => address === '10.96.0.1')?.cluster.backends.length, 2)
  nftables.run('add rule ip fairlead nat-prerouting counter')
  assert.equal(ask('').tables.services, 'foreign')
})

test('tables of others are told by name and hook, with what their rules do, and ours are not', () => {
  nftables.run(`
table ip kube-proxy {
  chain services {
    tcp dport 80 dnat to 10.244.1.1:80
  }
  chain nat-prerouting {
    type nat hook prerouting priority -100
    jump services
  }
}
table inet firewall {
  chain input {
    type filter hook input priority -5; policy drop
    tcp dport 22 accept
  }
  chain forward {
    type filter hook forward priority 0
    ip saddr 10.0.0.0/8 drop
  }
}
table ip6 idle {
  chain nobody {
    drop
  }
}
`)
  const { strangers, links } = ask('strangers=true')
  const chain = (name: string, type: string, hook: string, priority: number, policy = 'accept') => ({
    name,
    type,
    hook,
    priority,
    policy,
  })
  assert.deepEqual(
    strangers.filter(({ by }) => by === 'nftables'),
    [
      {
        family: 'inet',
        table: 'firewall',
        by: 'nftables',
        chains: [chain('input', 'filter', 'input', -5, 'drop'), chain('forward', 'filter', 'forward', 0)],
        rules: 2,
        deeds: ['drop'],
      },
      {
        family: 'ip',
        table: 'kube-proxy',
        by: 'nftables',
        chains: [chain('nat-prerouting', 'nat', 'prerouting', -100)],
        rules: 2,
        deeds: ['nat'],
      },
    ],
  )
  assert.deepEqual(links, [])
  assert.deepEqual(ask('').strangers, [])
})

test('routes, and flows of an address, are the kernel’s own', () => {
  const run = (...words: string[]): void => {
    const { status, stderr } = spawnSync('ip', ['-n', NAME, ...words], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  run('link', 'set', 'lo', 'up')
  run('link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'up1')
  run('address', 'add', '172.30.0.2/24', 'dev', 'up0')
  run('link', 'set', 'up0', 'up')
  run('link', 'set', 'up1', 'up')
  run('route', 'add', '10.244.2.0/24', 'via', '172.30.0.3')
  const { routes, flows } = ask('address=10.244.2.9&address=198.51.100.1&flow=10.244.2.9')
  assert.deepEqual(routes[0], { to: '10.244.2.9', via: '172.30.0.3', link: 'up0', source: '172.30.0.2' })
  assert.match(routes[1]?.error ?? '', /ENETUNREACH|unreachable/)
  assert.deepEqual(flows, [])
  assert.deepEqual(
    ask('strangers=true').links.find(({ name }) => name === 'up0'),
    {
      name: 'up0',
      mtu: 1500,
      addresses: ask('strangers=true').links.find(({ name }) => name === 'up0')?.addresses,
    },
  )
})

test('a question that cannot be meant is refused, with what is wrong with it', () => {
  for (const [query, message] of [
    ['frontend=x', /"x" is no frontend/],
    ['frontend=10.96.0.1:99999', /no frontend/],
    ['address=nobody', /"nobody" is no address/],
    ['sevice=a/b', /sevice is not asked here: there are service/],
    ['flows=x', /flows is a number/],
    [Array.from({ length: 201 }, (_, index) => `service=a/${index}`).join('&'), /201 things/],
  ] as const) {
    const { status, body } = kernelPage({ node: 'n1', namespace: path }, new URLSearchParams(query))
    assert.equal(status, 400)
    assert.match((body as { error: string }).error, message)
  }
})
