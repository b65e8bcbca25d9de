import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { NodePolicy } from './node-policy.ts'
import { heldAddress, type PolicyNode, type PolicyPod } from './peer.ts'
import { readClusterNetworkPolicy } from './reading/read-cluster-network-policy.ts'
import { readNetworkPolicy } from './reading/read-network-policy.ts'
import type { Policy } from './rule.ts'
import { portsOf } from './traffic.ts'

const heldOf = (texts: readonly string[]) => texts.flatMap((text) => heldAddress(text) ?? [])
const NAMESPACES = ['x', 'y'] as const
const value = fc.constantFrom('a', 'b')
const labels = fc.record({ app: value, tier: value }, { requiredKeys: [] })
const selector = fc.oneof(
  fc.constant({}),
  value.map((app) => ({ matchLabels: { app } })),
)
const block = fc.constantFrom(
  { cidr: '10.0.0.0/29' },
  { cidr: '10.0.0.0/28', except: ['10.0.0.2/31'] },
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/29'] },
  { cidr: '192.0.2.0/24' },
)
const peer = fc.oneof(
  selector.map((podSelector) => ({ podSelector })),
  selector.map((namespaceSelector) => ({ namespaceSelector })),
  block.map((ipBlock) => ({ ipBlock })),
)
const port = fc.constantFrom({ port: 80 }, { port: 'web' }, { protocol: 'UDP', port: 53 }, { port: 80, endPort: 90 })
const rule = fc.record({ peers: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 1 }) })
const policy = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    number: fc.nat(2),
    podSelector: selector,
    ingress: fc.array(rule, { maxLength: 2 }),
    egress: fc.array(rule, { maxLength: 2 }),
  })
  .map(({ namespace, number, podSelector, ingress, egress }) =>
    readNetworkPolicy({
      metadata: { namespace, name: `policy-${number}` },
      spec: {
        podSelector,
        policyTypes: ['Ingress', ...(egress.length > 0 ? ['Egress'] : [])],
        ingress: ingress.map(({ peers, ports }) => ({ from: peers, ports })),
        egress: egress.map(({ peers, ports }) => ({ to: peers, ports })),
      },
    } as unknown as NetworkPolicy),
  )
const clusterPolicy = fc
  .record({
    number: fc.nat(1),
    tier: fc.constantFrom('Admin', 'Baseline'),
    namespaces: selector,
    action: fc.constantFrom('Accept', 'Deny', 'Pass'),
    to: fc.oneof(
      selector.map((nodes) => ({ nodes })),
      selector.map((from) => ({ namespaces: from })),
      fc.constant({ networks: ['10.0.0.0/28'] }),
    ),
  })
  .map(({ number, tier, namespaces, action, to }) =>
    readClusterNetworkPolicy({
      metadata: { name: `policy-${number}` },
      spec: { tier, priority: number, subject: { namespaces }, egress: [{ action, to: [to] }] },
    } as unknown as ClusterNetworkPolicy),
  )
const pod: fc.Arbitrary<PolicyPod> = fc
  .record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.nat(3).map((number) => `pod-${number}`),
    labels: labels as fc.Arbitrary<Record<string, string>>,
    addresses: fc.constantFrom([], ['10.0.0.1'], ['10.0.0.2'], ['10.0.0.3', 'fd00::3'], ['10.0.0.9']),
    ports: fc.constantFrom([], [{ name: 'web', protocol: 'TCP' as const, port: 8080 }]),
    node: fc.constantFrom('here', 'there'),
    since: fc.nat(1000),
  })
  .map(({ addresses, ...rest }) => ({ ...rest, addresses: heldOf(addresses) }))
const node: fc.Arbitrary<PolicyNode> = fc
  .record({
    name: fc.constantFrom('node-1', 'node-2'),
    labels: labels as fc.Arbitrary<Record<string, string>>,
    addresses: fc.constantFrom(['10.0.0.4'], ['172.30.0.1'], ['172.30.0.2', 'fd00::2']),
    serves: fc.constantFrom(undefined, {
      namespace: 'x',
      labels: { app: 'a' },
      traffic: portsOf('UDP', 53, 53),
      ports: [{ name: 'web', protocol: 'UDP' as const, port: 53 }],
    }),
  })
  .map(({ addresses, ...rest }) => ({ ...rest, addresses: heldOf(addresses) }))
const change = fc.oneof(
  { weight: 6, arbitrary: pod.map((one) => ({ do: 'pod' as const, one })) },
  { weight: 2, arbitrary: pod.map((one) => ({ do: 'no pod' as const, one })) },
  { weight: 4, arbitrary: policy.map((one) => ({ do: 'policy' as const, one })) },
  { weight: 2, arbitrary: policy.map((one) => ({ do: 'no policy' as const, one })) },
  { weight: 1, arbitrary: clusterPolicy.map((one) => ({ do: 'policy' as const, one })) },
  { weight: 1, arbitrary: clusterPolicy.map((one) => ({ do: 'no policy' as const, one })) },
  { weight: 2, arbitrary: node.map((one) => ({ do: 'node' as const, one })) },
  { weight: 1, arbitrary: node.map((one) => ({ do: 'no node' as const, one })) },
  {
    weight: 2,
    arbitrary: fc
      .record({ name: fc.constantFrom(...NAMESPACES), labels: labels as fc.Arbitrary<Record<string, string>> })
      .map((one) => ({ do: 'namespace' as const, one })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...NAMESPACES).map((one) => ({ do: 'no namespace' as const, one })) },
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

/** The objects that there are, each under its name. */
class Objects {
  readonly pods = new Map<string, PolicyPod>()
  readonly nodes = new Map<string, PolicyNode>()
  readonly policies = new Map<string, Policy>()
  readonly namespaces = new Map<string, Record<string, string>>()

  apply(given: Change, to: NodePolicy): void {
    switch (given.do) {
      case 'pod':
        this.pods.delete(`${given.one.namespace}/${given.one.name}`)
        this.pods.set(`${given.one.namespace}/${given.one.name}`, given.one)
        to.setPod(given.one)
        break
      case 'no pod':
        this.pods.delete(`${given.one.namespace}/${given.one.name}`)
        to.removePod(given.one.namespace, given.one.name)
        break
      case 'node':
        this.nodes.set(given.one.name, given.one)
        to.setNode(given.one)
        break
      case 'no node':
        this.nodes.delete(given.one.name)
        to.removeNode(given.one.name)
        break
      case 'policy':
        this.policies.set(`${given.one.kind} ${given.one.name}`, given.one)
        to.setPolicy(given.one)
        break
      case 'no policy':
        this.policies.delete(`${given.one.kind} ${given.one.name}`)
        to.removePolicy(given.one)
        break
      case 'namespace':
        this.namespaces.set(given.one.name, given.one.labels)
        to.setNamespace(given.one.name, given.one.labels)
        break
      case 'no namespace':
        this.namespaces.delete(given.one)
        to.setNamespace(given.one, undefined)
        break
    }
  }

  /** A node that is told of all that there is now, and of nothing that was. */
  anew(): NodePolicy {
    const made = new NodePolicy('here', () => {})
    for (const [name, of] of this.namespaces) made.setNamespace(name, of)
    for (const one of this.policies.values()) made.setPolicy(one)
    for (const one of this.nodes.values()) made.setNode(one)
    for (const one of this.pods.values()) made.setPod(one)
    return made
  }

  get addresses(): readonly string[] {
    return [
      '10.0.0.1',
      '10.0.0.2',
      '10.0.0.3',
      '10.0.0.4',
      '10.0.0.9',
      '172.30.0.1',
      '172.30.0.2',
      'fd00::2',
      'fd00::3',
    ]
  }

  get podKeys(): readonly string[] {
    return NAMESPACES.flatMap((namespace) => [0, 1, 2, 3].map((number) => `${namespace}/pod-${number}`))
  }
}

/** What is asked of a node's policies, in an order that does not matter. */
const said = (node: NodePolicy, key: string): unknown => {
  if (key === 'cells')
    return [...node.networks()]
      .map(({ network, number }) => `${network.address.value}/${network.prefix} ${number}`)
      .sort()
  const name = key.slice(key.indexOf(' ') + 1)
  if (key.startsWith('address ')) return node.identityOf(name)?.number
  const sorted = (direction: 'ingress' | 'egress') => {
    const verdicts = node.verdicts(name, direction)
    return verdicts && [verdicts.IPv4, verdicts.IPv6].map((of) => of.map((one) => JSON.stringify(one)).sort())
  }
  return [node.localPod(name)?.addresses.map(({ text }) => text), sorted('ingress'), sorted('egress')]
}

const together = fc.array(change, { minLength: 1, maxLength: 5, size: 'max' })

test('property: whatever changes in whatever order, alone or together, it comes to the same, and all that is another now is told', () => {
  fc.assert(
    fc.property(fc.array(together, { minLength: 1, maxLength: 12, size: 'max' }), (groups) => {
      const objects = new Objects()
      const told = new Set<string>()
      const node = new NodePolicy('here', (one) => told.add(one))
      const known = new Map<string, unknown>()
      for (const changes of groups) {
        node.together(() => {
          for (const one of changes) objects.apply(one, node)
        })
        for (const key of told) known.set(key, said(node, key))
        told.clear()
        const anew = objects.anew()
        const keys = [
          'cells',
          ...objects.podKeys.map((key) => `pod ${key}`),
          ...uniqueOwners(objects).map((key) => `address ${key}`),
        ]
        for (const key of keys) {
          const expected = said(anew, key)
          const nothing = key === 'cells' ? [] : key.startsWith('pod ') ? [undefined, undefined, undefined] : undefined
          assert.deepEqual(known.get(key) ?? nothing, expected, key)
        }
        assert.equal(node.identities, anew.identities, 'none is kept that nobody has')
      }
    }),
    { numRuns: 400 },
  )
})

/** Addresses that two have at once belong to who was told of last, which a node that is told anew cannot know. */
const uniqueOwners = (objects: Objects): readonly string[] =>
  objects.addresses.filter(
    (address) =>
      [...objects.pods.values(), ...objects.nodes.values()].filter(({ addresses }) =>
        addresses.some(({ text }) => text === address),
      ).length < 2,
  )
