import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import type { ClusterNetworkPolicy } from '#api/policynetworking/clusternetworkpolicy/message.ts'
import { NodePolicy } from './node-policy.ts'
import { heldAddress, type PolicyPod } from './peer.ts'
import { readClusterNetworkPolicy } from './reading/read-cluster-network-policy.ts'
import { readNetworkPolicy } from './reading/read-network-policy.ts'

const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } })
const pod = (name: string, address: string, more: Partial<PolicyPod> = {}): PolicyPod => ({
  namespace: 'x',
  name,
  labels: { app: name },
  addresses: [heldAddress(address)!],
  ports: [],
  node: 'here',
  since: 1,
  ...more,
})
const policy = (name: string, spec: object) =>
  readNetworkPolicy({ metadata: { namespace: 'x', name }, spec } as unknown as NetworkPolicy)

const start = () => {
  const told: string[] = []
  const node = new NodePolicy('here', (change) => told.push(change))
  /** What has been told since it was asked last, each once. */
  const news = (): readonly string[] => [...new Set(told.splice(0))].sort()
  const namesOf = (key: string) => node.policiesOf(key).map(({ name }) => name)
  const isIdentified = (address: string): boolean => node.numberOf(heldAddress(address)!) !== 0
  node.setNamespace('x', {})
  return { node, news, namesOf, isIdentified }
}
const in_ = policy('in', { ...app('a'), ingress: [{ from: [app('b')] }] })

test('pods of this node alone are its own, and policies that select none of them are not in use', () => {
  const { node, namesOf, isIdentified } = start()
  node.setPod(pod('a', '10.0.0.1'))
  node.setPod(pod('b', '10.0.1.2', { node: 'there' }))
  node.setPolicy(policy('far', { ...app('b'), ingress: [{ from: [app('a')] }] }))
  assert.deepEqual([[...node.selected()], node.identities], [[], 0])
  node.setPolicy(in_)
  assert.deepEqual([...node.selected()], ['x/a'])
  assert.deepEqual([namesOf('x/a'), namesOf('x/b')], [['x/in'], []])
  assert.deepEqual([node.localPod('x/b'), node.localPodAt('10.0.1.2')], [undefined, undefined])
  assert.deepEqual([isIdentified('10.0.1.2'), isIdentified('10.0.0.1'), node.identities], [true, false, 1])
  node.setPod(pod('a', '10.0.0.1', { node: 'there' }))
  assert.deepEqual([[...node.selected()], node.identities], [[], 0], 'it is another’s now')
})

test('of a direction of which no policy says anything there are no verdicts, nor of who is no pod of this node', () => {
  const { node } = start()
  node.setPod(pod('a', '10.0.0.1'))
  node.setPod(pod('b', '10.0.0.2'))
  node.setPolicy(in_)
  assert.deepEqual(
    (['ingress', 'egress'] as const).map((direction) => node.verdicts('x/a', direction) !== undefined),
    [true, false],
  )
  assert.deepEqual([node.verdicts('x/b', 'ingress'), node.verdicts('x/c', 'ingress')], [undefined, undefined])
})

test('labels of a namespace decide who is meant as soon as they are told', () => {
  const { node, news, isIdentified } = start()
  node.setPod(pod('a', '10.0.0.1'))
  node.setPod(pod('b', '10.0.1.2', { namespace: 'y', node: 'there' }))
  node.setNamespace('y', { team: 'other' })
  node.setPolicy(
    policy('in', { ...app('a'), ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'b' } } }] }] }),
  )
  assert.equal(isIdentified('10.0.1.2'), false)
  news()
  node.setNamespace('y', { team: 'b' })
  assert.deepEqual([isIdentified('10.0.1.2'), news()], [true, ['address 10.0.1.2', 'pod x/a']])
  node.setNamespace('y', undefined)
  assert.deepEqual([isIdentified('10.0.1.2'), news()], [false, ['address 10.0.1.2', 'pod x/a']])
})

test('all pods that a policy selects are under it, and none any more that its namespace’s labels leave out', () => {
  const { node, news } = start()
  for (const [name, address] of [
    ['a', '10.0.0.1'],
    ['b', '10.0.0.2'],
    ['c', '10.0.0.3'],
  ] as const)
    node.setPod(pod(name, address))
  node.setPolicy(policy('all', { podSelector: {} }))
  assert.deepEqual([...node.selected()], ['x/a', 'x/b', 'x/c'])
  node.removePod('x', 'b')
  node.removePolicy({ kind: 'NetworkPolicy', name: 'x/all' })
  node.setPolicy(policy('one', app('a')))
  node.setPolicy(policy('other', app('c')))
  assert.deepEqual([...node.selected()], ['x/a', 'x/c'])
  node.setPolicy(policy('other', { podSelector: {} }))
  node.setPod(pod('d', '10.0.0.4'))
  assert.deepEqual([...node.selected()], ['x/a', 'x/c', 'x/d'])
  const team = readClusterNetworkPolicy({
    metadata: { name: 'team' },
    spec: {
      tier: 'Admin',
      priority: 1,
      subject: { namespaces: { matchLabels: { team: 'a' } } },
      egress: [{ action: 'Deny', to: [{ nodes: {} }] }],
    },
  } as unknown as ClusterNetworkPolicy)
  node.setPolicy(team)
  const isUnder = () => node.policiesOf('x/a').some(({ name }) => name === 'team')
  assert.equal(isUnder(), false)
  node.setNamespace('x', { team: 'a' })
  assert.equal(isUnder(), true)
  news()
  node.setNamespace('x', { team: 'b' })
  assert.deepEqual([isUnder(), news()], [false, ['pod x/a', 'pod x/c', 'pod x/d']])
})

test('an address is that pod’s of this node which was told of it last, until that one has it no more', () => {
  const { node } = start()
  node.setPod(pod('a', '10.0.0.1'))
  node.setPod(pod('b', '10.0.0.1'))
  assert.equal(node.localPodAt('10.0.0.1'), 'x/b')
  node.removePod('x', 'a')
  assert.equal(node.localPodAt('10.0.0.1'), 'x/b', 'what goes takes none that another has')
  node.setPod(pod('b', '10.0.0.1', { labels: {} }))
  assert.equal(node.localPodAt('10.0.0.1'), 'x/b', 'it is the same one')
  node.setPod(pod('b', '10.0.0.2'))
  assert.deepEqual([node.localPodAt('10.0.0.1'), node.localPodAt('10.0.0.2')], [undefined, 'x/b'])
  node.removePod('x', 'b')
  assert.equal(node.localPodAt('10.0.0.2'), undefined)
})

test('nothing is told where nothing is another, and of many changes at once only what they come to', () => {
  const { node, news } = start()
  const [a, b] = [pod('a', '10.0.0.1'), pod('b', '10.0.1.2', { node: 'there' })]
  node.setPod(a)
  node.setPolicy(in_)
  assert.deepEqual(news(), ['pod x/a'])
  node.setPod(a)
  node.setNamespace('x', {})
  node.removePod('x', 'nobody')
  node.removePolicy({ kind: 'NetworkPolicy', name: 'x/none' })
  assert.deepEqual(news(), [])
  node.together(() => {
    node.setPod(b)
    node.together(() => node.setPod(pod('b', '10.0.1.3', { node: 'there' })))
    assert.deepEqual(news(), [], 'not before all of it is known')
  })
  assert.deepEqual(news(), ['address 10.0.1.3', 'pod x/a'])
})

test('a policy that is gone, or is another now, says nothing any more; what is still said stays as it is', () => {
  const { node, news, namesOf } = start()
  node.setPod(pod('a', '10.0.0.1'))
  node.setPod(pod('b', '10.0.1.2', { node: 'there' }))
  node.setPolicy(in_)
  const { number } = node.identityOf('10.0.1.2')!
  news()
  node.setPolicy(policy('in', { ...app('a'), ingress: [{ from: [app('b')], ports: [{ port: 80 }] }] }))
  assert.deepEqual(
    [node.identityOf('10.0.1.2')?.number, news()],
    [number, ['pod x/a']],
    'the same peer is the same number',
  )
  node.setPolicy(policy('in', { ...app('b'), ingress: [{}] }))
  assert.deepEqual([namesOf('x/a'), node.identities, node.verdicts('x/a', 'ingress')], [[], 0, undefined])
  node.setPolicy(in_)
  node.removePolicy(in_)
  assert.deepEqual([namesOf('x/a'), node.identities], [[], 0])
  node.setPod(pod('a', '10.0.0.1', { labels: { app: 'a', new: 'yes' } }))
  assert.deepEqual(namesOf('x/a'), [], 'nor of a pod that comes later')
})
