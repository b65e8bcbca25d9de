import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { addressOf, ask, FAMILIES, type Family, hold, type Place, POD_PORT } from './topology.ts'
import { type GivenEndpoint, ip, podOf, TwoNodes, vip, xip } from './two-nodes.ts'

/** What of a Service and its slices is other than in BASE. `families`: those that it has a ClusterIP in. */
interface Change {
  readonly labels?: Readonly<Record<string, string>>
  readonly spec?: object
  readonly ports?: readonly object[]
  readonly ingress?: readonly object[]
  readonly families?: readonly Family[]
  readonly endpoints?: readonly GivenEndpoint[]
  readonly targetPort?: number
}

const NUMBER = 90
const NODE_PORT = 30090
const KEY = { namespace: 'default', name: 'live' }

let nodes: TwoNodes

function objects({ labels, spec, ports, ingress, families = FAMILIES, endpoints, targetPort }: Change) {
  const ofBoth = (make: typeof vip) => FAMILIES.map((family) => make(family, NUMBER))
  const ips = families.map((family) => ip(family, NUMBER))
  const servicePorts = ports ?? [{ port: 80, nodePort: NODE_PORT }]
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...KEY, creationTimestamp: '2026-01-01T00:00:00Z', labels },
    spec: {
      type: 'LoadBalancer',
      clusterIP: ips[0],
      clusterIPs: ips,
      ports: servicePorts,
      externalIPs: ofBoth(xip),
      ...spec,
    },
    status: { loadBalancer: { ingress: ingress ?? ofBoth(vip).map((address) => ({ ip: address })) } },
  } as unknown as Service
  const slices = FAMILIES.map((family) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...KEY, name: `live-ipv${family}`, labels: { 'kubernetes.io/service-name': KEY.name } },
    addressType: `IPv${family}`,
    endpoints: (endpoints ?? [{ on: 'p21' }]).map(({ on, hints, ...conditions }) => ({
      addresses: [addressOf(on, family)],
      nodeName: `n${on[1]}`,
      conditions: { ready: true, ...conditions },
      ...(hints === undefined ? {} : { hints }),
    })),
    ports: (servicePorts as readonly { name?: string; protocol?: string }[]).map(({ name = '', protocol = 'TCP' }) => ({
      name,
      protocol,
      port: targetPort ?? POD_PORT,
    })),
  })) as unknown as EndpointSlice[]
  return { service, slices }
}

/** Tells both nodes, and waits for their kernels; undefined: the Service is gone. */
function become(change: Change | undefined): void {
  const { service, slices } = change === undefined ? { service: undefined, slices: [] } : objects(change)
  for (const proxy of nodes.proxies) proxy.serviceChanged(KEY, service, slices)
  nodes.flush()
  assert.deepEqual(
    nodes.proxies.flatMap((proxy) => proxy.state().failed),
    [],
  )
}

/** Connections that were made before the first change, all to p21: by ClusterIP, node port, load balancer address and external IP, in both families. */
const held: Awaited<ReturnType<typeof hold>>[] = []
let said = 0

before(async () => {
  nodes = await TwoNodes.create()
  become({})
  await Promise.all(nodes.proxies.map((proxy) => proxy.ready))
  for (const family of FAMILIES)
    for (const [from, address, port] of [
      ['p12', ip(family, NUMBER), 80],
      ['n1', ip(family, NUMBER), 80],
      ['out1', addressOf('n1', family), NODE_PORT],
      ['out1', vip(family, NUMBER), 80],
      ['out2', xip(family, NUMBER), 80],
    ] as const)
      held.push(await hold(from, address, port))
})

// Whatever was changed, and when it is changed back.
afterEach(async () => {
  const alive = async (when: string) => {
    for (const [index, { say }] of held.entries())
      assert.equal(await say(`${said} `), `p21:${said++} `, `connection ${index}, ${when}`)
  }
  await alive('after the change')
  become({})
  await alive('when all is as before')
  for (const family of FAMILIES) await meets('p12', ip(family, NUMBER), 80, ['p21'])
})

after(() => {
  for (const { close } of held) close()
  nodes?.stop()
})

type Expected = readonly Place[] | 'reset' | 'unreachable' | 'silence' | 'nobody'

/** Who answers in the end, and nobody else; or how it is refused. `nobody`: it goes where no Service is, and whatever becomes of it there. */
async function meets(from: Place, address: string, port: number, expected: Expected, protocol: 'tcp' | 'udp' = 'tcp') {
  const about = `${from} ${protocol} ${address} ${port}`
  if (typeof expected === 'string') {
    const answer = await ask(from, protocol, address, port, { timeout: 150 })
    if (expected === 'nobody') assert.ok('refused' in answer, `${about}: ${JSON.stringify(answer)}`)
    else assert.deepEqual(answer, { refused: expected }, about)
    return
  }
  // One of three is missed once in 10^7 runs.
  const times = expected.length === 1 ? 3 : 40
  const asked = Array.from({ length: times }, () => ask(from, protocol, address, port, { timeout: 2000 }))
  const answers = (await Promise.all(asked)).map(podOf)
  assert.deepEqual([...new Set(answers)].sort(), [...expected].sort(), about)
}

/** The same of both families. */
const each = async (one: (family: Family) => Promise<void>) => {
  for (const family of FAMILIES) await one(family)
}
const clusterIp = (family: Family) => ip(family, NUMBER)
const balancer = (family: Family) => vip(family, NUMBER)
const external = (family: Family) => xip(family, NUMBER)

test('selector: other pods are chosen, and new connections go to them', async () => {
  become({ endpoints: [{ on: 'p11' }, { on: 'p22' }] })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, ['p11', 'p22'])
    await meets('out1', balancer(family), 80, ['p11', 'p22'])
    await meets('out1', addressOf('n2', family), NODE_PORT, ['p11', 'p22'])
  })
  become({ endpoints: [] })
  await each((family) => meets('p12', clusterIp(family), 80, 'reset'))
})

test('ports: another port, another node port, one more, and none of the old', async () => {
  become({ ports: [{ port: 81, nodePort: NODE_PORT + 1 }] })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 81, ['p21'])
    await meets('p12', clusterIp(family), 80, 'reset')
    await meets('out1', balancer(family), 81, ['p21'])
    await meets('out1', balancer(family), 80, 'nobody')
    await meets('out1', addressOf('n1', family), NODE_PORT + 1, ['p21'])
    await meets('out1', addressOf('n1', family), NODE_PORT, 'reset')
  })
  become({
    ports: [
      { name: 'one', port: 80, nodePort: NODE_PORT },
      { name: 'two', port: 82, nodePort: NODE_PORT + 2 },
    ],
  })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, ['p21'])
    await meets('p12', clusterIp(family), 82, ['p21'])
    await meets('p12', clusterIp(family), 81, 'reset')
    await meets('out1', addressOf('n1', family), NODE_PORT + 2, ['p21'])
  })
})

test('targetPort: new connections go to another port of the pod, where nobody listens', async () => {
  become({ targetPort: POD_PORT + 1 })
  await each((family) => meets('p12', clusterIp(family), 80, 'reset'))
})

test('protocol: what answered TCP answers UDP', async () => {
  become({ ports: [{ port: 80, nodePort: NODE_PORT, protocol: 'UDP' }] })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, ['p21'], 'udp')
    await meets('p12', clusterIp(family), 80, 'reset')
    await meets('out1', addressOf('n1', family), NODE_PORT, ['p21'], 'udp')
    await meets('out1', addressOf('n1', family), NODE_PORT, 'reset')
  })
})

test('type: LoadBalancer, NodePort, ClusterIP, ExternalName, and back', async () => {
  become({ spec: { type: 'NodePort' } })
  await each(async (family) => {
    await meets('out1', balancer(family), 80, 'nobody')
    await meets('out1', addressOf('n1', family), NODE_PORT, ['p21'])
    await meets('out1', external(family), 80, ['p21'])
  })
  become({ spec: { type: 'ClusterIP' }, ports: [{ port: 80 }] })
  await each(async (family) => {
    await meets('out1', addressOf('n1', family), NODE_PORT, 'reset')
    await meets('p12', clusterIp(family), 80, ['p21'])
  })
  become({ spec: { type: 'ExternalName', externalName: 'example.com' } })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, 'silence')
    await meets('out1', external(family), 80, 'nobody')
  })
})

test('externalTrafficPolicy: Local drops where no endpoint is and keeps the client, Cluster serves again', async () => {
  const seen = async (family: Family, node: 'n1' | 'n2') => {
    const answer = await ask('out1', 'tcp', addressOf(node, family), NODE_PORT, { timeout: 2000 })
    return 'client' in answer ? answer.client : answer.refused
  }
  become({ spec: { externalTrafficPolicy: 'Local' } })
  await each(async (family) => {
    await meets('out1', balancer(family), 80, 'silence')
    await meets('out1', addressOf('n1', family), NODE_PORT, 'silence')
    assert.equal(await seen(family, 'n2'), addressOf('out1', family))
    await meets('p12', addressOf('n1', family), NODE_PORT, ['p21'])
    await meets('p12', clusterIp(family), 80, ['p21'])
  })
  become({ spec: { externalTrafficPolicy: 'Cluster' } })
  await each(async (family) => {
    for (const node of ['n1', 'n2'] as const) {
      const client = await seen(family, node)
      assert.notEqual(client, addressOf('out1', family), `${node} masquerades`)
    }
  })
})

test('internalTrafficPolicy: Local drops at the ClusterIP of a node without an endpoint', async () => {
  become({ spec: { internalTrafficPolicy: 'Local' } })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, 'silence')
    await meets('p22', clusterIp(family), 80, ['p21'])
    await meets('out1', balancer(family), 80, ['p21'])
  })
})

test('sessionAffinity and its timeout: on, longer, and off', async () => {
  const endpoints = [{ on: 'p11' }, { on: 'p21' }, { on: 'p22' }] as const
  const sticky = (timeoutSeconds: number) => ({
    endpoints,
    spec: { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } },
  })
  become(sticky(30))
  const first = new Map<Family, Place>()
  await each(async (family) => {
    first.set(family, podOf(await ask('p12', 'tcp', clusterIp(family), 80, { timeout: 2000 })))
    for (let time = 0; time < 12; time++) await meets('p12', clusterIp(family), 80, [first.get(family) as Place])
  })
  become(sticky(60))
  await each((family) => meets('p12', clusterIp(family), 80, [first.get(family) as Place]))
  become({ endpoints })
  await each((family) => meets('p12', clusterIp(family), 80, ['p11', 'p21', 'p22']))
})

test('loadBalancerSourceRanges: they guard from the moment they are told, and until they are taken away', async () => {
  const ranges = FAMILIES.map((family) => `${addressOf('out2', family)}/${family === 4 ? 32 : 128}`)
  become({ spec: { loadBalancerSourceRanges: ranges } })
  await each(async (family) => {
    await meets('out1', balancer(family), 80, 'silence')
    await meets('out2', balancer(family), 80, ['p21'])
    await meets('out1', addressOf('n1', family), NODE_PORT, ['p21'])
    await meets('out1', external(family), 80, ['p21'])
  })
  become({})
  await each((family) => meets('out1', balancer(family), 80, ['p21']))
})

test('externalIPs: the new ones answer, the old ones no more', async () => {
  become({ spec: { externalIPs: FAMILIES.map((family) => xip(family, NUMBER + 1)) } })
  await each(async (family) => {
    await meets('out1', xip(family, NUMBER + 1), 80, ['p21'])
    await meets('out1', external(family), 80, 'nobody')
  })
})

test('the load balancer’s addresses: another one answers; one of mode Proxy is not ours', async () => {
  become({ ingress: FAMILIES.map((family) => ({ ip: vip(family, NUMBER + 1), ipMode: 'VIP' })) })
  await each(async (family) => {
    await meets('out1', vip(family, NUMBER + 1), 80, ['p21'])
    await meets('out1', balancer(family), 80, 'nobody')
  })
  become({ ingress: FAMILIES.map((family) => ({ ip: balancer(family), ipMode: 'Proxy' })) })
  await each((family) => meets('out1', balancer(family), 80, 'nobody'))
})

test('families: a Service loses the second, and gets it again', async () => {
  become({ families: [4] })
  await meets('p12', clusterIp(4), 80, ['p21'])
  await meets('p12', clusterIp(6), 80, 'silence')
  await meets('out1', addressOf('n1', 4), NODE_PORT, ['p21'])
  await meets('out1', addressOf('n1', 6), NODE_PORT, 'reset')
  await meets('out1', balancer(6), 80, 'nobody')
})

test('hints: a node keeps to those that are meant for it while they stand', async () => {
  const at = (on: Place, zone: string) => ({ on, hints: { forZones: [{ name: zone }] } })
  become({ endpoints: [at('p11', 'a'), at('p21', 'b')], spec: { trafficDistribution: 'PreferSameZone' } })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, ['p11'])
    await meets('p22', clusterIp(family), 80, ['p21'])
  })
  become({ endpoints: [{ on: 'p11' }, { on: 'p21' }] })
  await each((family) => meets('p12', clusterIp(family), 80, ['p11', 'p21']))
})

test('labels: a Service that is given to another proxy is left alone, and served when it comes back', async () => {
  become({ labels: { 'service.kubernetes.io/service-proxy-name': 'another' } })
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, 'silence')
    await meets('out1', addressOf('n1', family), NODE_PORT, 'reset')
  })
  become({})
  await each((family) => meets('out1', addressOf('n1', family), NODE_PORT, ['p21']))
})

test('conditions: new connections leave a terminating endpoint while another is ready, and come back where none is', async () => {
  const leaving = { on: 'p21', ready: false, serving: true, terminating: true } as const
  become({ endpoints: [leaving, { on: 'p11' }] })
  await each((family) => meets('p12', clusterIp(family), 80, ['p11']))
  become({ endpoints: [leaving, { on: 'p11', ready: false }] })
  await each((family) => meets('p12', clusterIp(family), 80, ['p21']))
  become({ endpoints: [{ ...leaving, serving: false }] })
  await each((family) => meets('p12', clusterIp(family), 80, 'reset'))
})

test('the Service goes: what is established goes on, what is new is refused', async () => {
  become(undefined)
  await each(async (family) => {
    await meets('p12', clusterIp(family), 80, 'silence')
    await meets('out1', addressOf('n1', family), NODE_PORT, 'reset')
    await meets('out1', balancer(family), 80, 'nobody')
  })
})

test('a UDP client that keeps its port is refused when the Service, the node port or the family goes, and answered when it comes back', async () => {
  const ports = [{ port: 80, nodePort: NODE_PORT, protocol: 'UDP' }]
  const from = { localPort: 40405, timeout: 300 }
  const answers = async (family: Family) => {
    assert.equal(podOf(await ask('p12', 'udp', clusterIp(family), 80, from)), 'p21')
    assert.equal(podOf(await ask('out1', 'udp', addressOf('n1', family), NODE_PORT, from)), 'p21', `IPv${family}`)
  }
  for (const gone of [undefined, { ports, spec: { type: 'ClusterIP' } }, { ports, families: [4] }] as const) {
    become({ ports })
    await each(answers)
    become(gone)
    await each(async (family) => {
      const isServed = gone !== undefined && (!('families' in gone) || family === 4)
      const direct = await ask('p12', 'udp', clusterIp(family), 80, from)
      const byNode = await ask('out1', 'udp', addressOf('n1', family), NODE_PORT, from)
      assert.deepEqual('pod' in direct ? direct.pod : direct, isServed ? 'p21' : { refused: 'silence' })
      const hasNodePort = isServed && 'families' in gone
      assert.deepEqual('pod' in byNode ? byNode.pod : byNode, hasNodePort ? 'p21' : { refused: 'reset' })
    })
  }
})
