import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createPodNetwork, type NodePodNetwork, type PodPolicies } from '#agent/parts/network/pod-network.ts'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import { podNamespace } from '#cluster/machines/names.ts'
import { deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { PodIdentity } from '#kubelet/pod-network.ts'
import { podLink } from '#podnetwork/pod-plan.ts'
import { type Planned, plan, pod } from '../local-network.ts'

let planned: Planned
let opened: NodePodNetwork[] = []

before(() => {
  planned = plan('policed', 1)
  createMachines(planned.config)
})
after(() => {
  for (const network of opened) network.close()
  removeMachines({ name: planned.config.name, config: planned.config })
  planned.discard()
})

const node = () => planned.config.nodes[0] ?? assert.fail()
const namespace = () => namespacePath(node().namespace)
const hasLink = ({ uid }: PodIdentity): boolean => {
  using rtnetlink = Rtnetlink.open(namespace())
  return rtnetlink.link(podLink(uid)) !== undefined
}

/** What is told of pods, in order; `hold` may reject, or wait. */
class NotedPolicies implements PodPolicies {
  readonly log: string[] = []
  onHold: (pod: PodIdentity) => Promise<void> | void = () => {}
  onRelease: (pod: PodIdentity) => void = () => {}

  async hold(pod: PodIdentity, addresses: readonly string[]): Promise<void> {
    this.log.push(`hold ${pod.name} ${addresses[0]}`)
    await this.onHold(pod)
  }

  release(pod: PodIdentity): void {
    this.log.push(`release ${pod.name}`)
    this.onRelease(pod)
  }
}

/** As the node's agent starts it, over what the one before has left. */
function start(policies: PodPolicies): NodePodNetwork {
  for (const network of opened.splice(0)) network.close()
  const made = createPodNetwork({
    node: { ...node(), namespace: namespace() },
    stateDir: `${planned.config.stateDir}/${node().name}`,
    podNamespace: (uid) => podNamespace(planned.config.name, uid),
    policies,
  })
  opened = [made]
  return made
}
const addressOf = async (network: NodePodNetwork, one: PodIdentity) => (await network.attach(one)).addresses[0]

test('a pod has no network before its policies are held, and its addresses are its own all the while', async () => {
  const policies = new NotedPolicies()
  const network = start(policies)
  const [one, two] = [pod('one'), pod('two')]
  const waiting = Promise.withResolvers<void>()
  policies.onHold = ({ name }) => (name === 'one' ? waiting.promise : undefined)
  const attaching = network.attach(one)
  const other = await network.attach(two)
  assert.equal(hasLink(one), false)
  assert.deepEqual(
    (await network.list()).map(({ uid }) => uid),
    [two.uid],
  )
  waiting.resolve()
  const { addresses } = await attaching
  assert.equal(hasLink(one), true)
  assert.notEqual(addresses[0], other.addresses[0])
  assert.deepEqual(policies.log, [`hold one ${addresses[0]}`, `hold two ${other.addresses[0]}`])
  for (const { uid } of [one, two]) await network.detach(uid)
})

test('one whose policies cannot be held gets no network, says why, and gives its address back', async () => {
  const policies = new NotedPolicies()
  const network = start(policies)
  const one = pod('one')
  policies.onHold = () => Promise.reject(new Error('the kernel does not take it'))
  await assert.rejects(network.attach(one), /the kernel does not take it/)
  assert.equal(hasLink(one), false)
  assert.deepEqual(await network.list(), [])
  assert.match(policies.log.join(), /^hold one [\d.]+,release one$/)
  policies.onHold = () => {}
  const { addresses } = await network.attach(one)
  assert.deepEqual([policies.log.length, addresses.length], [3, 2])
  await network.detach(one.uid)
})

test('the node’s own network is nobody’s pod: what lives there is not held', async () => {
  const policies = new NotedPolicies()
  const network = start(policies)
  const host = pod('host', true)
  await network.attach(host)
  await network.attach(host)
  await network.detach(host.uid)
  assert.deepEqual(policies.log, [])
})

test('an agent that starts again holds what is attached before it says that it is, and once more each time it is asked', async () => {
  const one = pod('one')
  const first = new NotedPolicies()
  const address = await addressOf(start(first), one)
  const second = new NotedPolicies()
  const network = start(second)
  second.onHold = () => Promise.reject(new Error('not now'))
  await assert.rejects(network.attach(one), /not now/)
  assert.equal(hasLink(one), true, 'it is attached, and policed as it was')
  assert.deepEqual(second.log, [`hold one ${address}`], 'and not let go')
  second.onHold = () => {}
  assert.equal(await addressOf(network, one), address)
  await network.detach(one.uid)
  assert.deepEqual(second.log.slice(2), ['release one'])
})

test('one that is gone when the agent starts again is released, and its address is nobody’s before', async () => {
  const one = pod('one')
  await start(new NotedPolicies()).attach(one)
  deleteNamespace(namespacePath(podNamespace(planned.config.name, one.uid)))
  const policies = new NotedPolicies()
  const network = start(policies)
  assert.deepEqual([policies.log, await network.list()], [['release one'], []])
})

test('a pod’s addresses leave the kernel when nothing of it can send any more, and before another gets them', async () => {
  const policies = new NotedPolicies()
  const network = start(policies)
  const one = pod('one')
  const address = await addressOf(network, one)
  let held = true
  policies.onRelease = () => {
    held = false
    assert.equal(hasLink(one), false, 'its link is gone')
  }
  const given: string[] = []
  policies.onHold = ({ name }) => {
    const [, , at = ''] = policies.log.at(-1)?.split(' ') ?? []
    given.push(at)
    assert.ok(at !== address || !held, `${name} got it while it was held`)
  }
  // The range goes round: 250 others want all addresses that there are.
  const others: PodIdentity[] = []
  const leaving = network.detach(one.uid)
  for (let index = 0; index < 300 && !given.includes(address ?? ''); index++) {
    const next = pod(`other-${index}`)
    await network.attach(next)
    others.push(next)
    if (others.length > 5) await network.detach(others.shift()?.uid ?? '')
  }
  await leaving
  assert.ok(given.includes(address ?? ''), 'it came round')
  for (const { uid } of others) await network.detach(uid)
})

test('one that could not be made whole keeps its address until it is taken away', async () => {
  const policies = new NotedPolicies()
  const network = start(policies)
  const one = { ...pod('one'), hostname: 'x'.repeat(300) }
  await assert.rejects(network.attach(one), { code: 'POD_ATTACH_FAILED' })
  assert.match(policies.log.join(), /^hold one [\d.]+,release one$/)
  assert.equal(hasLink(one), false)
})
