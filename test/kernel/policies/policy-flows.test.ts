import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#clock/clock.ts'
import { renderDelete } from '#dataplane/nftables/render.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import type { EndpointSlice, Service } from '#forwarding/forward-service.ts'
import { type Conntrack, type Flow, openConntrack } from '#kernel/conntrack/conntrack.ts'
import { FlowTrace } from '#kernel/conntrack/flow-trace.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { policyPod } from '#policy/policy-objects.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/services/service-proxy.ts'
import type { PolicyCluster } from '../../contract/policies/model.ts'
import { FlowServers, type HeldFlow } from './flow-ends.ts'
import { HERE, PolicedNetwork } from './policed-network.ts'
import { startPolicedNode } from './policed-node.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const CLUSTER_IPS = ['10.96.0.1', 'fd00:10:96::1'] as const
const NODE = ['172.30.0.1', 'fd00:30::1'] as const
const STRANGER = ['192.0.2.1', '2001:db8::1'] as const
/** Who they are, by what a policy may say of them. */
const web = ['10.244.1.2', 'fd00:10:244:1::2'] as const
const client = ['10.244.1.3', 'fd00:10:244:1::3'] as const
const other = ['10.244.1.4', 'fd00:10:244:1::4'] as const
const farClient = ['10.244.2.5', 'fd00:10:244:2::5'] as const
const farOther = ['10.244.2.6', 'fd00:10:244:2::6'] as const

let network: PolicedNetwork
let nftables: Nftables
let conntrack: Conntrack
let proxy: ServiceProxy
let servers: FlowServers

const at = (address: string) => ({ address, path: network.paths.get(address) ?? assert.fail(address) })

before(async () => {
  network = PolicedNetwork.create()
  nftables = openNftables(network.node)
  conntrack = openConntrack(network.node)
  proxy = createServiceProxy({
    node: {
      name: HERE,
      zone: undefined,
      nodeAddresses: NODE,
      podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56'],
      serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
      ownPods: [
        { cidr: '10.244.1.0/24', masqueradeAs: NODE[0] },
        { cidr: 'fd00:10:244:1::/64', masqueradeAs: NODE[1] },
      ],
    },
    kernel: { nftables, conntrack },
    onFault: (fault) => assert.fail(JSON.stringify(fault)),
  })
  const slice = (addressType: string, address: string) => ({
    addressType,
    endpoints: [{ addresses: [address], nodeName: HERE }],
    ports: ['TCP', 'UDP'].map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: 8080 })),
  })
  proxy.serviceChanged(
    { namespace: 'shop', name: 'web' },
    {
      metadata: { namespace: 'shop', name: 'web' },
      spec: {
        type: 'ClusterIP',
        clusterIP: CLUSTER_IPS[0],
        clusterIPs: CLUSTER_IPS,
        ports: ['TCP', 'UDP'].map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: 80 })),
      },
    } as unknown as Service,
    [slice('IPv4', web[0]), slice('IPv6', web[1])] as unknown as EndpointSlice[],
  )
  proxy.flush()
  servers = new FlowServers()
  for (const one of [web, client, other, farClient, farOther, STRANGER, NODE])
    for (const address of one) await servers.serve(at(address))
})
after(() => {
  proxy?.stop()
  servers?.close()
  conntrack?.close()
  nftables?.close()
  network?.remove()
})

const pod = (name: string, app: string, node: string, addresses: readonly string[]) => ({
  metadata: { namespace: 'shop', name, labels: { app } },
  spec: { nodeName: node, containers: [] },
  status: { phase: 'Running', podIPs: addresses.map((ip) => ({ ip })) },
})
const cluster = {
  namespaces: [{ metadata: { name: 'shop', labels: {} } }],
  nodes: [],
  pods: [
    pod('web', 'web', HERE, web),
    pod('client', 'client', HERE, client),
    pod('other', 'other', HERE, other),
    pod('far-client', 'client', 'node-2', farClient),
    pod('far-other', 'other', 'node-2', farOther),
  ],
  policies: [],
  clusterPolicies: [],
} as unknown as PolicyCluster
/** Web talks with clients, both ways, and with nobody else. */
const peers = [{ podSelector: { matchLabels: { app: 'client' } } }]
const POLICY = readNetworkPolicy({
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: peers }],
    egress: [{ to: peers }],
  },
} as never)

function flowsOfNode(): readonly Flow[] {
  const flows: Flow[] = []
  conntrack.deleteWhere((flow) => {
    if (flow.protocol === 6 || flow.protocol === 17) flows.push(flow)
    return false
  })
  return flows
}

let port = 20_000
async function begin(pairs: readonly (readonly [from: readonly string[], to: readonly string[], port?: number])[]) {
  const flows: HeldFlow[] = []
  for (const [from, to, toPort] of pairs)
    for (const family of [0, 1])
      for (const protocol of ['tcp', 'udp'] as const) {
        const target = { address: to[family] ?? '', ...(toPort && { port: toPort }) }
        flows.push(await servers.begin(protocol, at(from[family] ?? ''), target, ++port))
      }
  return flows
}

test('what a new policy forbids ends within a second, both ways; all else goes on in the same connection', async (t) => {
  nftables.run(renderDelete(POLICY_RULESET))
  const node = startPolicedNode({ nftables, conntrack, cluster, here: HERE, clock: systemClock, own: NODE })
  const trace = FlowTrace.open(network.node)
  try {
    const ending = await begin([
      [STRANGER, web],
      [farOther, web],
      [other, web],
      [other, CLUSTER_IPS, 80],
      [web, STRANGER],
      [web, farOther],
      [web, other],
      [web, NODE],
    ])
    const staying = await begin([
      [farClient, web],
      [client, web],
      [client, CLUSTER_IPS, 80],
      [web, farClient],
      [web, client],
      [web, CLUSTER_IPS, 80],
      [NODE, web],
      [NODE, CLUSTER_IPS, 80],
      [other, STRANGER],
      [client, other],
      [STRANGER, other],
      [other, NODE],
    ])
    assert.equal(flowsOfNode().length, ending.length + staying.length)
    trace.read()
    const changed = performance.now()
    node.policy.setPolicy(POLICY)
    node.loop.flush()
    while (node.flows.ended < ending.length && performance.now() - changed < 1000) await sleep(10)
    const milliseconds = performance.now() - changed
    assert.equal(node.flows.ended, ending.length, 'within a second')
    assert.equal(flowsOfNode().length, staying.length)
    const gone = await Promise.all(ending.map((flow) => flow.exchange(100, 500)))
    // The node may always talk with its pods, also where they must not ask it.
    const isNodes = ({ what }: HeldFlow) => what.startsWith('udp') && NODE.some((one) => what.includes(`to ${one}:`))
    for (const [index, flow] of ending.entries())
      assert.deepEqual(gone[index], { there: 0, back: isNodes(flow) ? 100 : 0 }, flow.what)
    const kept = await Promise.all(staying.map((flow) => flow.exchange(1000, 2000)))
    for (const [index, { what }] of staying.entries()) assert.deepEqual(kept[index], { there: 1000, back: 1000 }, what)
    const begun = trace.read().filter(({ client }) => !NODE.some((one) => one === client.address))
    assert.deepEqual(begun, [], 'none has begun anew, neither those that stay nor those that are gone')
    assert.equal(node.flows.ended, ending.length)
    assert.deepEqual(node.told, [])
    t.diagnostic(`${ending.length} ended after ${Math.round(milliseconds)} ms, ${staying.length} stayed`)
    // What was allowed again goes on where it can: UDP at once.
    node.policy.removePolicy(POLICY)
    node.loop.flush()
    const udp = ending.filter(({ what }) => what.startsWith('udp'))
    const again = await Promise.all(udp.map((flow) => flow.exchange(10, 2000)))
    for (const [index, { what }] of udp.entries()) assert.deepEqual(again[index], { there: 10, back: 10 }, what)
  } finally {
    trace.close()
    node.stop()
  }
})

test('a policy that came while the agent was away ends what it forbids when the agent is back', async () => {
  nftables.run(renderDelete(POLICY_RULESET))
  const options = { nftables, conntrack, here: HERE, clock: systemClock, own: NODE }
  startPolicedNode({ ...options, cluster }).stop()
  const [ending, staying] = [await begin([[other, CLUSTER_IPS, 80]]), await begin([[client, CLUSTER_IPS, 80]])]
  const policies = [
    {
      metadata: { namespace: 'shop', name: 'web' },
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: peers }] },
    },
  ] as unknown as PolicyCluster['policies']
  const node = startPolicedNode({ ...options, cluster: { ...cluster, policies } })
  try {
    const started = performance.now()
    while (node.flows.ended < ending.length && performance.now() - started < 1000) await sleep(10)
    for (const flow of ending) assert.deepEqual(await flow.exchange(10, 200), { there: 0, back: 0 }, flow.what)
    for (const flow of staying) assert.deepEqual(await flow.exchange(10, 2000), { there: 10, back: 10 }, flow.what)
  } finally {
    node.stop()
  }
})

test('a pod whose labels change loses what is refused to such as it, also where its number was spoken of before', async () => {
  nftables.run(renderDelete(POLICY_RULESET))
  const deny = {
    metadata: { name: 'deny' },
    spec: {
      tier: 'Admin',
      priority: 1,
      subject: { namespaces: {} },
      ingress: [
        { action: 'Deny', from: [{ pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'bad' } } } }] },
      ],
    },
  }
  const bad = pod('bad', 'bad', 'node-2', ['10.244.2.9'])
  const start = { ...cluster, pods: [...cluster.pods, bad], clusterPolicies: [deny] } as unknown as PolicyCluster
  const node = startPolicedNode({ nftables, conntrack, cluster: start, here: HERE, clock: systemClock, own: NODE })
  const flows = await begin([[farOther, web]])
  try {
    node.policy.setPod(policyPod(pod('far-other', 'bad', 'node-2', farOther) as never) ?? assert.fail())
    node.loop.flush()
    await sleep(500)
    for (const flow of flows) assert.equal((await flow.exchange(10, 200)).there, 0, flow.what)
  } finally {
    node.stop()
  }
})
