import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { NodePolicy, type PodVerdicts } from '#policy/node-policy.ts'
import { heldAddress, type PolicyPod } from '#policy/peer.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import { HeldPods } from './held-pods.ts'

const start = () => {
  let now = 1000
  const policy = new NodePolicy('here', () => {})
  const held = new HeldPods('here', policy, () => ++now)
  held.listener.setNamespace('default', {})
  policy.setPolicy(
    readNetworkPolicy({
      metadata: { namespace: 'default', name: 'deny' },
      spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
    } as unknown as NetworkPolicy),
  )
  const isPoliced = (name: string) => policy.verdicts(`default/${name}`, 'ingress') !== undefined
  const addressesOf = (name: string) => policy.localPod(`default/${name}`)?.addresses.map(({ text }) => text)
  return { policy, held, listener: held.listener, isPoliced, addressesOf }
}
const told = (name: string, addresses: readonly string[] = [], more: Partial<PolicyPod> = {}): PolicyPod => ({
  namespace: 'default',
  name,
  labels: { app: 'web' },
  addresses: addresses.flatMap((text) => heldAddress(text) ?? []),
  ports: [],
  node: 'here',
  since: 1,
  ...more,
})
/** All pods may be asked by those with these labels, so that these have identities of their own. */
const allowing = (matchLabels: Readonly<Record<string, string>>) =>
  readNetworkPolicy({
    metadata: { namespace: 'default', name: 'allow' },
    spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels } }] }] },
  } as unknown as NetworkPolicy)
/** Without the verdicts that let nobody pass. */
const closed = (verdicts: PodVerdicts | undefined) =>
  verdicts && {
    IPv4: verdicts.IPv4.filter(({ passes }) => passes),
    IPv6: verdicts.IPv6.filter(({ passes }) => passes),
  }
const named = (name: string, uid = 'u1') => ({ uid, namespace: 'default', name })

test('a pod has the addresses that its network gave it, before the API tells of them, and whatever it tells then', () => {
  const { held, listener, isPoliced, addressesOf } = start()
  listener.setPod(told('a'))
  held.hold(named('a'), ['10.244.1.2', 'fd00::2'])
  assert.deepEqual(addressesOf('a'), ['10.244.1.2', 'fd00::2'])
  assert.equal(isPoliced('a'), true)
  listener.setPod(told('a', ['10.244.1.99'], { labels: { app: 'other' } }))
  assert.deepEqual(addressesOf('a'), ['10.244.1.2', 'fd00::2'])
  assert.equal(isPoliced('a'), false, 'its labels are what the API says')
})

test('one that the API has told nothing of talks with nobody, and is what it tells as soon as it does', () => {
  const { policy, held, listener, addressesOf, isPoliced } = start()
  assert.equal(held.hold(named('a'), ['10.244.1.2']), '?/default/a u1')
  const nobody = { IPv4: [], IPv6: [] }
  for (const direction of ['ingress', 'egress'] as const)
    assert.deepEqual(closed(policy.verdicts('?/default/a u1', direction)), nobody, 'closed')
  listener.setPod(told('a', [], { labels: {} }))
  assert.deepEqual([addressesOf('a'), isPoliced('a')], [['10.244.1.2'], false])
  assert.equal(policy.localPod('?/default/a u1'), undefined)
  assert.equal(policy.localPodAt('10.244.1.2'), 'default/a')
})

test('one of a namespace whose labels are not known talks with nobody until they are: selectors may be about what it lacks', () => {
  const { policy, held, listener, isPoliced } = start()
  listener.setPod(told('a', [], { namespace: 'fresh' }))
  assert.equal(held.hold({ ...named('a'), namespace: 'fresh' }, ['10.244.1.2']), '?/fresh/a u1')
  assert.deepEqual(closed(policy.verdicts('?/fresh/a u1', 'egress')), { IPv4: [], IPv6: [] })
  listener.setNamespace('fresh', { team: 'x' })
  assert.equal(policy.localPodAt('10.244.1.2'), 'fresh/a')
  assert.equal(policy.verdicts('fresh/a', 'egress'), undefined)
  assert.equal(policy.localPod('?/fresh/a u1'), undefined)
  listener.setNamespace('fresh', { team: 'y' })
  assert.equal(policy.localPodAt('10.244.1.2'), 'fresh/a')
  listener.setNamespace('fresh', undefined)
  assert.equal(policy.localPodAt('10.244.1.2'), '?/fresh/a u1', 'nor when it is gone')
  held.release({ ...named('a'), namespace: 'fresh' })
  assert.equal(policy.localPodAt('10.244.1.2'), undefined)
  assert.equal(isPoliced('a'), false)
})

test('one deleted by force is what it was until its network goes, though another has its name here', () => {
  const { policy, held, listener, isPoliced, addressesOf } = start()
  listener.setPod(told('a', [], { uid: 'u1' }))
  held.hold(named('a'), ['10.244.1.2'])
  listener.removePod('default', 'a')
  listener.setPod(told('a', [], { uid: 'u2', labels: {} }))
  assert.equal(policy.localPodAt('10.244.1.2'), 'default/a u1')
  assert.deepEqual([isPoliced('a u1'), isPoliced('a')], [true, false])
  assert.equal(held.hold(named('a', 'u2'), ['10.244.1.3']), 'default/a')
  assert.deepEqual([addressesOf('a u1'), addressesOf('a')], [['10.244.1.2'], ['10.244.1.3']])
  listener.setPod(told('a', [], { uid: 'u2' }))
  assert.deepEqual([isPoliced('a u1'), isPoliced('a')], [true, true])
  held.release(named('a'))
  assert.equal(policy.localPod('default/a u1'), undefined)
  assert.deepEqual([addressesOf('a'), isPoliced('a')], [['10.244.1.3'], true])
  held.release(named('a', 'u2'))
  assert.equal(policy.localPod('default/a'), undefined)
})

test('and though another has its name at another node, which is known by its own address', () => {
  const { policy, held, listener, isPoliced } = start()
  policy.setPolicy(allowing({ app: 'web' }))
  listener.setPod(told('a', [], { uid: 'u1' }))
  held.hold(named('a'), ['10.244.1.2'])
  listener.removePod('default', 'a')
  listener.setPod(told('a', ['10.244.2.2'], { uid: 'u2', node: 'there' }))
  assert.equal(policy.localPodAt('10.244.1.2'), 'default/a u1')
  assert.equal(isPoliced('a u1'), true)
  assert.ok(policy.identityOf('10.244.2.2'))
  held.release(named('a'))
  assert.equal(policy.localPodAt('10.244.1.2'), undefined)
  assert.equal(policy.identityOf('10.244.2.2'), undefined, 'no policy is in use here any more')
  listener.removePod('default', 'a')
  listener.setPod(told('a', [], { uid: 'u3' }))
  assert.equal(held.hold(named('a', 'u3'), ['10.244.1.4']), 'default/a')
  assert.ok(policy.identityOf('10.244.1.4'))
})

test('with its network it is gone, though the API still tells of it and its address; and its name’s next pod is another', () => {
  const { held, listener, addressesOf, policy } = start()
  listener.setPod(told('a', ['10.244.1.2']))
  held.hold(named('a'), ['10.244.1.2'])
  held.release(named('a'))
  assert.equal(policy.localPod('default/a'), undefined)
  listener.setPod(told('a', ['10.244.1.2'], { labels: {} }))
  assert.equal(policy.localPod('default/a'), undefined, 'another status of it')
  listener.removePod('default', 'a')
  listener.setPod(told('a'))
  held.hold(named('a', 'u2'), ['10.244.1.3'])
  assert.deepEqual(addressesOf('a'), ['10.244.1.3'])
  held.release(named('a', 'u1'))
  assert.deepEqual(addressesOf('a'), ['10.244.1.3'], 'the one before goes late')
})

test('whose network has gone is not taken for the next of its name, though the API never forgot it', () => {
  const { held, listener, addressesOf, policy } = start()
  listener.setPod(told('a', ['10.244.1.2'], { uid: 'u1' }))
  held.hold(named('a'), ['10.244.1.2'])
  held.release(named('a'))
  listener.setPod(told('a', ['10.244.1.2'], { uid: 'u1', labels: {} }))
  assert.equal(policy.localPod('default/a'), undefined)
  listener.setPod(told('a', ['10.244.1.3'], { uid: 'u2' }))
  assert.deepEqual(addressesOf('a'), ['10.244.1.3'])
})

test('of a name’s next pod counts what is told of that one, in whatever order its network and the API tell', () => {
  const { held, listener, addressesOf, isPoliced, policy } = start()
  listener.setPod(told('a', ['10.244.1.2']))
  held.hold(named('a'), ['10.244.1.2'])
  held.release(named('a'))
  held.hold(named('a', 'u2'), ['10.244.1.3'])
  listener.setPod(told('a', ['10.244.1.3'], { labels: {} }))
  assert.deepEqual([addressesOf('a'), isPoliced('a')], [['10.244.1.3'], false], 'its network is there first')
  held.release(named('a', 'u2'))
  listener.removePod('default', 'a')
  listener.setPod(told('a', ['10.244.1.4']))
  assert.deepEqual([addressesOf('a'), isPoliced('a')], [['10.244.1.4'], true], 'the API tells of it first')
  listener.removePod('default', 'a')
  assert.equal(policy.localPod('default/a'), undefined)
  held.hold(named('a', 'u3'), ['10.244.1.5'])
  assert.equal(isPoliced('a'), false, 'the labels of the one before are not its own')
})

test('one whose object is gone is held until its network goes too', () => {
  const { held, listener, addressesOf, policy } = start()
  listener.setPod(told('a'))
  held.hold(named('a'), ['10.244.1.2'])
  listener.removePod('default', 'a')
  assert.deepEqual(addressesOf('a'), ['10.244.1.2'])
  held.release(named('a'))
  assert.equal(policy.localPod('default/a'), undefined)
  listener.setPod(told('b', ['10.244.1.4']))
  assert.deepEqual(addressesOf('b'), ['10.244.1.4'], 'one that was attached before a start is what the API tells')
  listener.removePod('default', 'b')
  assert.equal(policy.localPod('default/b'), undefined)
})

test('of two that have one address, the one that was attached last has it', () => {
  const { held, listener, policy } = start()
  policy.setPolicy(allowing({ who: 'old' }))
  listener.setPod(told('old', ['10.244.1.2'], { labels: { who: 'old' } }))
  assert.ok(policy.identityOf('10.244.1.2'))
  held.hold(named('new'), ['10.244.1.2'])
  assert.equal(policy.identityOf('10.244.1.2'), undefined)
  listener.setPod(told('old', ['10.244.1.2'], { labels: { who: 'old', phase: 'ending' } }))
  assert.equal(policy.identityOf('10.244.1.2'), undefined, 'whatever is told of the one before')
})

test('what is said of a pod whose address another has by now is not said of that one', () => {
  const { held, listener, addressesOf, isPoliced } = start()
  listener.setPod(told('new', [], { labels: {} }))
  listener.setPod(told('old', ['10.244.1.2', '10.244.1.9']))
  held.hold(named('new'), ['10.244.1.2'])
  assert.deepEqual([addressesOf('old'), addressesOf('new')], [['10.244.1.9'], ['10.244.1.2']])
  listener.setPod(told('old', ['10.244.1.2', '10.244.1.9'], { labels: { app: 'web', phase: 'ending' } }))
  assert.deepEqual([addressesOf('old'), isPoliced('old'), isPoliced('new')], [['10.244.1.9'], true, false])
  const again = start()
  again.listener.setPod(told('new', [], { labels: {} }))
  again.held.hold(named('new'), ['10.244.1.2'])
  again.listener.setPod(told('late', ['10.244.1.2']))
  assert.deepEqual([again.addressesOf('late'), again.addressesOf('new')], [[], ['10.244.1.2']])
  again.held.release(named('new'))
  again.listener.setPod(told('late', ['10.244.1.2'], { since: 2 }))
  assert.deepEqual(again.addressesOf('late'), ['10.244.1.2'])
})

test('who has an address now takes nothing else from others: not what they hold, nor brings back who is gone', () => {
  const { held, listener, addressesOf, policy } = start()
  listener.setPod(told('moved', ['10.244.1.2']))
  held.hold(named('moved'), ['10.244.1.5'])
  listener.setPod(told('gone', ['10.244.1.2']))
  held.hold(named('gone'), ['10.244.1.2'])
  held.release(named('gone'))
  listener.setPod(told('new', []))
  held.hold(named('new'), ['10.244.1.2'])
  assert.deepEqual([addressesOf('moved'), addressesOf('new')], [['10.244.1.5'], ['10.244.1.2']])
  assert.equal(policy.localPod('default/gone'), undefined)
})

test('an address that is attached here is that pod’s, whatever is told of a pod of another node', () => {
  const { held, listener, policy } = start()
  policy.setPolicy(allowing({ who: 'far' }))
  for (const name of ['asked', 'new']) listener.setPod(told(name, []))
  held.hold(named('asked'), ['10.244.1.8'])
  held.hold(named('new'), ['10.244.1.2'])
  listener.setPod(told('far', ['10.244.1.2'], { node: 'there', labels: { who: 'far' }, since: 900 }))
  assert.equal(policy.identityOf('10.244.1.2'), undefined)
  held.release(named('new'))
  assert.ok(policy.identityOf('10.244.1.2'), 'it is the other’s again')
})

test('a pod that has come to another node stays known there, whatever becomes here of what had its name', () => {
  const { policy, held, listener } = start()
  policy.setPolicy(allowing({ app: 'web' }))
  const isKnown = (address: string) => policy.identityOf(address) !== undefined
  // Others are told apart for whoever is policed here.
  listener.setPod(told('web', [], { uid: 'u0' }))
  held.hold(named('web', 'u0'), ['10.244.1.99'])
  const there = told('a', ['10.244.2.9'], { uid: 'u2', node: 'there' })
  listener.setPod(told('a', ['10.244.1.2'], { uid: 'u1' }))
  listener.setPod(there)
  assert.equal(isKnown('10.244.2.9'), true)
  listener.setPod(told('b', [], { uid: 'u3' }))
  held.hold(named('b', 'u3'), ['10.244.1.2'])
  assert.equal(isKnown('10.244.2.9'), true, 'the address that it had here is another’s')
  listener.setPod(told('c', [], { uid: 'u4' }))
  held.hold(named('c', 'u4'), ['10.244.1.4'])
  listener.setPod(told('c', ['10.244.2.4'], { uid: 'u5', node: 'there' }))
  assert.equal(isKnown('10.244.2.4'), true)
  held.release(named('c', 'u4'))
  assert.equal(isKnown('10.244.2.4'), true, 'the network of what had its name has gone')
})

test('pods of other nodes, nodes, namespaces and policies are passed on as they are', () => {
  const calls: unknown[][] = []
  const changes = () => {}
  const note =
    (name: string) =>
    (...given: unknown[]): void =>
      void calls.push([name, ...given])
  const noted = new Proxy({} as NodePolicy, {
    get: (_, name) =>
      name === 'together'
        ? (given: () => void): void => {
            if (given === changes) note('together')(given)
            given()
          }
        : note(String(name)),
  })
  const { listener } = new HeldPods('here', noted, () => 0)
  const pod = told('far', ['10.244.2.2'], { node: 'there' })
  listener.setPod(pod)
  listener.removePod('default', 'far')
  listener.setNamespace('default', { a: 'b' })
  const [node, policy] = [
    { name: 'there', labels: {}, addresses: [] },
    readNetworkPolicy({ metadata: { name: 'deny' } } as never),
  ]
  listener.setNode(node)
  listener.removeNode('there')
  listener.setPolicy(policy)
  listener.removePolicy(policy)
  listener.together(changes)
  assert.deepEqual(calls.slice(1), [
    ['setPod', pod],
    ['removePod', 'default', 'far'],
    ['setNamespace', 'default', { a: 'b' }],
    ['setNode', node],
    ['removeNode', 'there'],
    ['setPolicy', policy],
    ['removePolicy', policy],
    ['together', changes],
  ])
})
