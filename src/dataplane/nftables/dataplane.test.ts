import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EndpointSlice, forwardService, type Service } from '#forwarding/forward-service.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import { evaluate, possibleOutcomes } from '../evaluator/evaluate.ts'
import { LoadedRuleset } from '../evaluator/loaded-ruleset.ts'
import type { Packet } from '../evaluator/packet.ts'
import { compileNode, compileService, type UsedKind } from './compile.ts'
import { Ids } from './ids.ts'
import { type Element, WORD } from './rule.ts'

const node: NodeFacts = {
  name: 'n1',
  zone: undefined,
  nodeAddresses: ['172.30.0.2', 'fd00:172:30::2'],
  podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
  ownPods: [{ cidr: '10.244.1.0/24', masqueradeAs: '172.30.0.2' }],
}
const isNode = (address: string) => node.nodeAddresses.includes(address)

const make = (name: string, spec: object, endpoints: readonly string[], vip?: string) => {
  const service = {
    metadata: { namespace: 'default', name },
    spec: { type: 'ClusterIP', ports: [{ port: 80 }], ...spec },
    status: { loadBalancer: { ingress: vip ? [{ ip: vip }] : [] } },
  } as unknown as Service
  const slice = {
    addressType: 'IPv4',
    endpoints: endpoints.map((address) => ({ addresses: [address], nodeName: `n${address.split('.')[2]}` })),
    ports: [
      { name: '', port: 8080 },
      { name: 'b', port: 8080 },
    ],
  } as unknown as EndpointSlice
  return forwardService(service, [slice], node)
}
const ip = (number: number) => ({ clusterIP: `10.96.0.${number}`, clusterIPs: [`10.96.0.${number}`] })
const REMOTE = ['10.244.2.21', '10.244.2.22']
const ALL = ['10.244.1.11', ...REMOTE]

const NODE_IP = '172.30.0.2'
const SERVICES = [
  make(
    'web',
    {
      ...ip(1),
      type: 'LoadBalancer',
      ports: [{ port: 80, nodePort: 30080 }],
      externalIPs: ['198.51.100.7'],
      loadBalancerSourceRanges: ['172.30.0.101/32'],
    },
    ALL,
    '203.0.113.1',
  ),
  make(
    'local',
    {
      ...ip(2),
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      ports: [
        { port: 80, nodePort: 30081 },
        { name: 'b', port: 81, nodePort: 30082 },
      ],
    },
    REMOTE,
    '203.0.113.2',
  ),
  make('sticky', { ...ip(3), sessionAffinity: 'ClientIP' }, ALL),
  make('empty', ip(4), []),
  make('internal', { ...ip(5), internalTrafficPolicy: 'Local' }, ALL),
  make('at-node', { ...ip(6), externalIPs: [NODE_IP], ports: [{ port: 30081 }] }, ALL),
  make('alone', ip(9), ['10.244.1.11']),
]

function load(services = SERVICES, ids = new Ids()) {
  const elements: Element[] = [...compileNode(node)]
  const kinds: UsedKind[] = []
  for (const service of services) {
    const compiled = compileService(service, ids, 0)
    elements.push(...compiled.elements)
    kinds.push(...compiled.kinds)
  }
  return { elements, kinds, ruleset: new LoadedRuleset(elements, kinds) }
}

const { ruleset } = load()

const POD = '10.244.1.12'
const FAR_POD = '10.244.2.99'
const OUTSIDE = '172.30.0.101'
const STRANGER = '172.30.0.102'
const NODE = '172.30.0.2'

test('a pod sends by its own address alone; what others send is not judged by it', () => {
  const fate = (more: Partial<Packet>) =>
    possibleOutcomes(
      ruleset,
      { source: POD, destination: '10.244.2.21', protocol: 'udp', port: 53, ...more },
      isNode,
    )[0]?.verdict.kind
  for (const source of ['172.30.0.1', '8.8.8.8', '10.244.1.13', NODE])
    assert.equal(fate({ source, fromPod: POD }), 'drop')
  assert.equal(fate({ fromPod: POD }), 'pass')
  assert.equal(fate({ source: FAR_POD }), 'pass')
  assert.equal(fate({ source: NODE, fromNode: true }), 'pass')
})

test('what comes to a node from outside for a load balancer address that no Service has there is refused; what its own pods send goes on to the fabric', () => {
  const balanced = new LoadedRuleset([...compileNode({ ...node, balancedCidrs: ['203.0.113.0/24'] })], [])
  const fate = (more: Partial<Packet>) =>
    possibleOutcomes(
      balanced,
      { source: '10.244.1.12', destination: '203.0.113.9', protocol: 'tcp', port: 80, ...more },
      isNode,
    )[0]?.verdict
  assert.deepEqual(fate({ source: '172.30.0.1', fromUplink: true }), { kind: 'reject', with: 'tcp-reset' })
  assert.deepEqual(fate({ fromUplink: true, protocol: 'udp' }), { kind: 'reject', with: 'port-unreachable' })
  assert.deepEqual(fate({}), { kind: 'pass' })
  assert.deepEqual(fate({ source: '172.30.0.2', fromNode: true }), { kind: 'pass' })
  assert.deepEqual(fate({ fromUplink: true, destination: '198.51.100.1' }), { kind: 'pass' })
})

/** `10.244.1.11 10.244.2.21`, with ` masqueraded` where the endpoint sees the node; or the refusal. */
function meet(source: string, destination: string, port = 80, protocol: Packet['protocol'] = 'tcp'): string {
  const packet: Packet = { source, destination, protocol, port, fromNode: isNode(source) }
  const texts = possibleOutcomes(ruleset, packet, isNode).map(({ verdict }) => {
    if (verdict.kind === 'dnat') return verdict.to.address + (verdict.masquerade ? ' masqueraded' : '')
    return verdict.kind === 'reject' ? verdict.with : verdict.kind
  })
  return [...new Set(texts)].sort().join(', ')
}
const plain = (list: readonly string[]) => list.join(', ')
const masked = (list: readonly string[]) => list.map((one) => `${one} masqueraded`).join(', ')

const TABLE: readonly (readonly [about: string, got: () => string, expected: string])[] = [
  ['a pod at a ClusterIP keeps its address', () => meet(POD, '10.96.0.1'), plain(ALL)],
  ['a node at a ClusterIP is masqueraded', () => meet(NODE, '10.96.0.1'), masked(ALL)],
  ['who comes from outside to a ClusterIP is masqueraded', () => meet(OUTSIDE, '10.96.0.1'), masked(ALL)],
  ['a pod at a node port of policy Cluster is masqueraded', () => meet(POD, NODE, 30080), masked(ALL)],
  ['so is a pod of another node', () => meet(FAR_POD, NODE, 30080), masked(ALL)],
  ['and a pod at an external IP', () => meet(POD, '198.51.100.7'), masked(ALL)],
  ['an address of a frontend goes before a node port of policy Local', () => meet(OUTSIDE, NODE, 30081), masked(ALL)],
  ['policy Local without an endpoint here drops outsiders', () => meet(OUTSIDE, NODE, 30082), 'drop'],
  ['… also at the load balancer address', () => meet(OUTSIDE, '203.0.113.2'), 'drop'],
  ['… spares pods, unmasqueraded', () => meet(POD, '203.0.113.2'), plain(REMOTE)],
  ['… and the node, masqueraded', () => meet(NODE, NODE, 30082), masked(REMOTE)],
  ['internal policy Local binds the ClusterIP', () => meet(POD, '10.96.0.5'), '10.244.1.11'],
  ['no endpoints: TCP is reset', () => meet(POD, '10.96.0.4'), 'tcp-reset'],
  ['a port that is not served is refused', () => meet(POD, '10.96.0.1', 81), 'tcp-reset'],
  ['… UDP by ICMP', () => meet(POD, '10.96.0.1', 80, 'udp'), 'port-unreachable'],
  ['an unassigned ClusterIP is dropped', () => meet(POD, '10.96.0.200'), 'drop'],
  ['a source in range passes the guard', () => meet(OUTSIDE, '203.0.113.1'), masked(ALL)],
  ['a stranger does not', () => meet(STRANGER, '203.0.113.1'), 'drop'],
  ['the node itself is a stranger there', () => meet(NODE, '203.0.113.1'), 'drop'],
  ['a node port answers at the node’s addresses alone', () => meet(OUTSIDE, '10.244.2.21', 30080), 'pass'],
  ['the node port has no guard', () => meet(STRANGER, NODE, 30080), masked(ALL)],
  ['hairpin is masqueraded', () => meet('10.244.1.11', '10.96.0.9'), masked(['10.244.1.11'])],
  [
    'hairpin among several: only when it meets itself',
    () => meet('10.244.1.11', '10.96.0.1'),
    `10.244.1.11 masqueraded, ${plain(REMOTE)}`,
  ],
  ['a pod address is nobody’s business', () => meet(POD, '10.244.2.21', 8080), 'pass'],
  ['a sticky Service has all to choose from at first', () => meet(POD, '10.96.0.3'), plain(ALL)],
]
for (const [about, got, expected] of TABLE) test(`packets: ${about}`, () => assert.equal(got(), expected))

test('hairpin: an endpoint whose slice names no node may be a pod of this one; one of another node may not', () => {
  const hairpins = (nodeName: string | undefined) => {
    const service = { metadata: { namespace: 'default', name: 'x' }, spec: { ...ip(7), ports: [{ port: 80 }] } }
    const slice = {
      addressType: 'IPv4',
      endpoints: [{ addresses: [POD], nodeName }],
      ports: [{ name: '', port: 8080 }],
    }
    const forwarding = forwardService(service as unknown as Service, [slice as unknown as EndpointSlice], node)
    return compileService(forwarding, new Ids(), 0).elements.filter(({ set }) => set === 'hairpin').length
  }
  assert.deepEqual([hairpins(undefined), hairpins('n1'), hairpins('n2')], [1, 1, 0])
})

test('a pin binds its client alone, is renewed, and does not outlive its endpoint', () => {
  const ids = new Ids()
  const first = load(SERVICES, ids).ruleset
  const packet: Packet = { source: POD, destination: '10.96.0.3', protocol: 'tcp', port: 80 }
  const to = (rules: LoadedRuleset, random: number) => {
    const { verdict } = evaluate(rules, packet, { random: (n) => random % n, isNode })
    return verdict.kind === 'dnat' ? verdict.to.address : verdict.kind
  }
  assert.deepEqual([to(first, 1), to(first, 0), to(first, 2)], [REMOTE[0], REMOTE[0], REMOTE[0]])
  const next = load(
    [make('sticky', { ...ip(3), sessionAffinity: 'ClientIP' }, [ALL[0] as string, ALL[2] as string])],
    ids,
  ).ruleset
  for (const [key, pin] of first.pins) next.pins.set(key, pin)
  assert.deepEqual([to(next, 0), to(next, 1)], [ALL[0], ALL[0]])
})

test('a Service of more endpoints than there are chains for gives each of them', () => {
  const many = Array.from({ length: 100 }, (_, index) => `10.244.3.${index + 1}`)
  const { ruleset: rules } = load([make('many', ip(7), many)])
  const outcomes = possibleOutcomes(rules, { source: POD, destination: '10.96.0.7', protocol: 'tcp', port: 80 }, isNode)
  const met = outcomes.map(({ verdict }) => (verdict.kind === 'dnat' ? verdict.to.address : verdict.kind))
  assert.deepEqual([...met].sort(), [...many].sort())
})

test('a packet that saw the frontends of before and the backends of after is refused, or dropped where others may be elsewhere', () => {
  const ids = new Ids()
  const { elements, kinds } = load(
    [
      make('cluster', ip(1), REMOTE),
      make('sticky', { ...ip(2), sessionAffinity: 'ClientIP' }, REMOTE),
      make('local', { ...ip(3), internalTrafficPolicy: 'Local' }, ALL),
      make('sticky-local', { ...ip(4), internalTrafficPolicy: 'Local', sessionAffinity: 'ClientIP' }, ALL),
      make(
        'crowd',
        ip(5),
        Array.from({ length: 20 }, (_, index) => `10.244.3.${index + 1}`),
      ),
    ],
    ids,
  )
  const gone = new Set(['backends', 'slots', 'endpoints', 'cluster-endpoints', 'local-endpoints'])
  const torn = new LoadedRuleset(
    [...elements].filter(({ set }) => !gone.has(set)),
    kinds,
  )
  const verdict = (rules: LoadedRuleset, number: number) =>
    evaluate(
      rules,
      { source: POD, destination: `10.96.0.${number}`, protocol: 'tcp', port: 80 },
      { random: (n) => n - 1, isNode },
    ).verdict.kind
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((number) => verdict(torn, number)),
    ['reject', 'reject', 'drop', 'drop', 'reject'],
  )
  // Of three endpoints the last has gone: the first is tried.
  const fewer = new LoadedRuleset(
    [...elements].filter(({ set, key }) => !((set === 'backends' || set === 'slots') && key[1] !== 0)),
    kinds,
  )
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((number) => verdict(fewer, number)),
    ['dnat', 'dnat', 'dnat', 'dnat', 'dnat'],
  )
  // The slot is there and its endpoint is not.
  const last = new LoadedRuleset(
    [...elements].filter(
      ({ set, key }) => !(set === 'cluster-endpoints' && ((key[0] as number) & WORD.ENDPOINT) !== 1),
    ),
    kinds,
  )
  assert.equal(verdict(last, 2), 'dnat')
})

test('only a frontend that treats clients differently is particular', () => {
  const { elements } = load()
  const particular = elements
    .filter(({ set, data }) => (set === 'frontends' || set === 'nodeports') && (data?.[0] as number) >= 2 ** 31)
    .map(({ key }) => key.join(' '))
  assert.deepEqual(particular.sort(), [
    '203.0.113.1 tcp 80',
    '203.0.113.2 tcp 80',
    '203.0.113.2 tcp 81',
    'tcp 30081',
    'tcp 30082',
  ])
})

test('hops name the chain and the element that decided', () => {
  const { hops } = evaluate(
    ruleset,
    { source: POD, destination: '10.96.0.1', protocol: 'tcp', port: 80 },
    { random: () => 0, isNode },
  )
  assert.ok(hops.some(({ set, key }) => set === 'frontends' && key === '10.96.0.1 tcp 80'))
  assert.ok(hops.some(({ chain, set }) => chain === 'pick-3' && set === 'backends'))
})
