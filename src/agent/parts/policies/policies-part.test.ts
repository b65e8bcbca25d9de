import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import type { Flow } from '#kernel/conntrack/conntrack.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'
import type { PolicyListener } from '../../sources/policy-feed.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { settle } from '../../testing/loopback-network.ts'
import { type AttachmentRecord, AttachmentRecords } from '../attachments/attachment-record.ts'
import { policies } from './policies-part.ts'

/** Of the pods that were made last, by their names. */
const uids = new Map<string, string>()
const named = (name: string) => ({ uid: uids.get(name) ?? `uid-${name}`, namespace: 'default', name })
const POD = '10.244.1.2'
const record = (name: string, address: string, more: Partial<AttachmentRecord> = {}): AttachmentRecord => ({
  uid: named(name).uid,
  pod: { ...named(name), hostname: name, hostNetwork: false },
  addresses: [address],
  namespaces: { network: '/nowhere', ipc: '/nowhere', uts: '/nowhere' },
  offset: 2,
  state: 'attached',
  ...more,
})

/** A node whose pods `app: web` may be asked by nobody. */
async function start({ flows = [] as Flow[] } = {}) {
  class HeldFlows extends NotedFlows {
    override deleteWhere(isStale: (flow: Flow) => boolean): number {
      const stale = flows.filter(isStale)
      for (const one of stale) flows.splice(flows.indexOf(one), 1)
      return stale.length
    }
  }
  const closed: string[] = []
  const node = fakeNode([], {
    conntrack: () => Object.assign(new HeldFlows(), { close: () => void closed.push('conntrack') }),
  })
  node.nftables.close = () => void closed.push('nftables')
  const all = new AttachmentRecords(`${node.node.stateDir}/attachments`)
  /** What is attached when it starts. */
  const attach = (...records: readonly AttachmentRecord[]): void => {
    for (const one of records) all.write(one)
  }
  const create = async (name: string, labels: object, addresses: readonly string[] = []) => {
    const { metadata } = await node.client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', name, labels },
      spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
      status: { phase: 'Running', podIPs: addresses.map((ip) => ({ ip })) },
    } as never)
    uids.set(name, (metadata as { readonly uid: string }).uid)
  }
  await node.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } } as never)
  await node.client.create(networkPolicies, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: 'default', name: 'deny' },
    spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
  } as never)
  const run = async () => {
    const parts = node.start('policies')
    await parts.ready
    const part = parts.find(policies) ?? assert.fail('it does not run')
    return { part, parts }
  }
  const policed = () => [...(node.nftables.sets.get('ip fairlead-policy policed-ingress')?.keys() ?? [])].sort()
  return { ...node, closed, attach, create, run, policed }
}

test('a pod is held when the kernel has what its policies say, and its addresses have left when it is released', async () => {
  const { create, run, policed, discard } = await start()
  await create('web', { app: 'web' })
  await create('other', { app: 'other' })
  const { part, parts } = await run()
  assert.deepEqual(policed(), [])
  await part.hold(named('other'), ['10.244.1.9'])
  assert.deepEqual(policed(), [])
  await part.hold(named('web'), [POD, 'fd00:1::2'])
  assert.deepEqual(policed(), [POD])
  assert.deepEqual(part.status(), { ready: true, faults: [] })
  part.release(named('web'))
  assert.deepEqual(policed(), [], 'in the same call: the next may have them')
  await parts.stop()
  discard()
})

test('where the kernel refuses what is said of a pod, it is not held, and the part tells why; what is there stays closed', async () => {
  const { create, run, policed, nftables, logged, clock, discard } = await start()
  await create('web', { app: 'web' })
  await create('second', { app: 'web' })
  const { part, parts } = await run()
  nftables.refuse = (text) => (/ selves .*10\.244\.1\.2/.test(text) ? 'no room' : undefined)
  await assert.rejects(part.hold(named('web'), [POD]), /no room/)
  assert.deepEqual(policed(), [POD], 'closed')
  await part.hold(named('second'), ['10.244.1.3'])
  assert.deepEqual(policed(), [POD, '10.244.1.3'])
  const { ready, faults } = part.status()
  assert.equal(ready, true, 'others are well')
  assert.match(faults.join(), /^pod default\/web: its policies are not in the kernel: .*no room/)
  assert.match(logged.join('\n'), /pod default\/web is not in the kernel, and closed: .*no room/)
  nftables.refuse = () => undefined
  clock.advance(1000)
  assert.deepEqual(part.status().faults, [])
  await part.hold(named('web'), [POD])
  await parts.stop()
  discard()
})

test('where the kernel takes nothing, nobody is held, and the part is not ready until it does', async () => {
  const { create, run, nftables, clock, logged, discard } = await start()
  await create('web', { app: 'web' })
  const { part, parts } = await run()
  nftables.generation = () => {
    throw new Error('out of reach')
  }
  nftables.loseAnswers = true
  await assert.rejects(part.hold(named('web'), [POD]), /out of reach/)
  assert.match(part.status().faults.join(), /^the kernel refuses the tables of policies: out of reach/)
  assert.equal(part.status().ready, false)
  assert.match(logged.join('\n'), /the kernel refuses the tables of policies: out of reach/)
  Reflect.deleteProperty(nftables, 'generation')
  nftables.loseAnswers = false
  clock.advance(1000)
  assert.deepEqual(part.status(), { ready: true, faults: [] })
  await part.hold(named('web'), [POD])
  await parts.stop()
  discard()
})

test('what is attached since before the start stays policed, though the API tells nothing of its addresses yet', async () => {
  const { attach, create, run, policed, nftables, discard } = await start()
  for (const name of ['web', 'half-made', 'foreign', 'x']) await create(name, { app: 'web' })
  attach(
    record('web', POD),
    record('half-made', '10.244.1.7', { state: 'prepared' }),
    record('foreign', '10.244.1.8', { cni: {} as never }),
    record('of-the-node', '172.30.0.2', { pod: { ...record('x', POD).pod, hostNetwork: true } }),
  )
  const first = await run()
  assert.deepEqual(policed(), [POD])
  await first.parts.stop()
  assert.deepEqual(policed(), [POD], 'rules stay while the agent is away')
  const { transactions } = nftables
  const second = await run()
  assert.equal(nftables.transactions, transactions, 'and are taken over as they are')
  second.part.release(named('web'))
  assert.deepEqual(policed(), [])
  await second.parts.stop()
  discard()
})

test('of what is attached at a start, who is not what the API tells by that name any more talks with nobody', async () => {
  const { attach, create, run, policed, nftables, discard } = await start()
  await create('replaced', { app: 'other' })
  attach(
    { ...record('replaced', POD), uid: 'before', pod: { ...record('replaced', POD).pod, uid: 'before' } },
    record('forgotten', '10.244.1.3'),
  )
  const { part, parts } = await run()
  assert.deepEqual(policed(), [POD, '10.244.1.3'])
  assert.equal(nftables.sets.get('ip fairlead-policy ingress-rest')?.size ?? 0, 0, 'nobody is let in')
  await part.hold(named('replaced'), ['10.244.1.4'])
  assert.deepEqual(policed(), [POD, '10.244.1.3'], 'and the one that is told is what is told')
  part.release({ ...named('replaced'), uid: 'before' })
  part.release(named('forgotten'))
  assert.deepEqual(policed(), [])
  await parts.stop()
  discard()
})

test('a start ends what an agent before it had no time to end, and a change what it forbids', async () => {
  const flow = (address: string): Flow => ({
    protocol: 6,
    source: '10.244.2.9',
    original: { address, port: 80 },
    backend: { address, port: 80 },
  })
  const flows = [flow(POD), flow('10.244.1.3')]
  const { create, run, clock, nftables, discard } = await start({ flows })
  await create('web', { app: 'web' }, [POD])
  await create('other', { app: 'web' })
  const first = await run()
  clock.advance(999)
  assert.deepEqual(flows, [flow('10.244.1.3')])
  await first.part.hold(named('other'), ['10.244.1.3'])
  clock.advance(999)
  assert.equal(flows.length, 0)
  first.part.release(named('other'))
  await first.parts.stop()
  flows.push(flow(POD))
  const { transactions } = nftables
  const second = await run()
  clock.advance(999)
  assert.equal(nftables.transactions, transactions)
  assert.equal(flows.length, 0, 'though nothing had to be written')
  await second.parts.stop()
  discard()
})

test('what a node itself has begun with its pods goes on, whatever their policies say', async () => {
  const own: Flow = {
    protocol: 6,
    source: '172.30.0.2',
    original: { address: POD, port: 80 },
    backend: { address: POD, port: 80 },
  }
  const flows = [own, { ...own, source: '172.30.0.3' }]
  const { create, run, clock, discard } = await start({ flows })
  await create('web', { app: 'web' }, [POD])
  const { parts } = await run()
  clock.advance(999)
  assert.deepEqual(flows, [own])
  await parts.stop()
  discard()
})

test('before all policies have been read nothing is written, nobody is held, and it is not ready', async () => {
  const { node, nftables, clock, policed, discard } = await start()
  let listener: PolicyListener | undefined
  const read = Promise.withResolvers<void>()
  const done: string[] = []
  const feed = {
    synced: read.promise,
    subscribe(one: PolicyListener) {
      listener = one
      return () => void done.push('left')
    },
  }
  const part = await policies.start({ ...node, sources: { policies: feed }, parts: {} } as never)
  void part.ready.then(() => done.push('ready'))
  const held = part.hold(named('web'), [POD]).then(() => done.push(`held, policed ${policed()}`))
  clock.advance(9_000)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual([done, nftables.transactions, part.status().ready], [[], 0, false])
  listener?.setPolicy(
    readNetworkPolicy({ metadata: { namespace: 'default', name: 'deny' }, spec: { podSelector: {} } } as never),
  )
  read.resolve()
  await held
  assert.deepEqual([done.toSorted(), part.status().ready], [[`held, policed ${POD}`, 'ready'], true])
  await part.stop()
  assert.equal(done.at(-1), 'left', 'it is told nothing more')
  discard()
})

test('one that has stopped writes nothing more, ends no connection, and has let go of the kernel and of what it is told', async () => {
  const to = { address: '10.244.1.4', port: 80 }
  const flow: Flow = { protocol: 6, source: '10.244.2.9', original: to, backend: to }
  const flows: Flow[] = []
  const { create, run, nftables, policed, closed, clock, discard } = await start({ flows })
  await create('web', { app: 'other' }, [POD])
  await create('late', { app: 'web' }, ['10.244.1.3'])
  const { parts } = await run()
  clock.advance(999)
  const { transactions } = nftables
  nftables.run('delete element ip fairlead-policy policed-ingress { 10.244.1.3 }')
  flows.push(flow)
  await create('later', { app: 'web' }, ['10.244.1.4'])
  await settle()
  assert.ok(policed().includes('10.244.1.4'))
  await parts.stop()
  assert.deepEqual(closed, ['conntrack', 'nftables'])
  await create('last', { app: 'web' }, ['10.244.1.5'])
  clock.advance(60_000)
  assert.deepEqual([policed().includes('10.244.1.5'), flows.length], [false, 1])
  assert.ok(nftables.transactions <= transactions + 2)
  discard()
})

test('a look puts right what somebody has edited, and says so', async () => {
  const { create, run, policed, nftables, clock, logged, discard } = await start()
  await create('web', { app: 'web' }, [POD])
  const { part, parts } = await run()
  assert.deepEqual(part.look?.(), [])
  nftables.run(`delete element ip fairlead-policy policed-ingress { ${POD} }`)
  assert.deepEqual(part.look?.(), ['n1: the tables of policies are not as they were made; put right'])
  assert.deepEqual(policed(), [POD])
  nftables.run('delete table ip fairlead-policy')
  clock.advance(10_000)
  assert.deepEqual(policed(), [POD])
  assert.match(logged.join('\n'), /policies: the tables of policies are not as they were made; put right/)
  await parts.stop()
  discard()
})
