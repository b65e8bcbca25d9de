import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { PodIdentity } from '#kubelet/pod-network.ts'
import { AttachmentRecords } from '../attachments/attachment-record.ts'
import type { PodKernel } from './pod-kernel.ts'
import { createPodNetwork } from './pod-network.ts'

const clean: string[] = []
after(() => {
  for (const one of clean) rmSync(one, { recursive: true })
})

const pod = (name: string, more: Partial<PodIdentity> = {}): PodIdentity => ({
  uid: `uid-${name}`,
  namespace: 'default',
  name,
  hostname: name,
  hostNetwork: false,
  ...more,
})

/** A kernel in memory and policies that are noted, all in one log; the kernel is the same for whoever starts over it. */
const start = (hasIpv6 = true) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-pods-'))
  clean.push(stateDir)
  const log: string[] = []
  const linked = new Set<string>()
  const faults: { hold?: Error; connect?: Error; remove?: Error } = {}
  const waits: { hold?: Promise<void>; asked?: () => void } = {}
  const kernel: PodKernel = {
    hasIpv6,
    isNamespace: () => true,
    createNamespaces: () => {},
    deleteNamespaces: () => {},
    links: {
      close: () => {},
      kept: () => [],
      has: (uid) => linked.has(uid),
      connect({ uid, name }, _, addresses) {
        log.push(`connect ${name} ${addresses}`)
        if (faults.connect) throw faults.connect
        linked.add(uid)
      },
      async disconnect(uid, _, addresses) {
        log.push(`disconnect ${uid} ${addresses}`)
      },
      remove(uid) {
        if (faults.remove) throw faults.remove
        linked.delete(uid)
        log.push(`remove ${uid}`)
      },
    },
  }
  const policies = {
    async hold({ name }: PodIdentity, addresses: readonly string[]): Promise<void> {
      log.push(`hold ${name} ${addresses}`)
      waits.asked?.()
      await waits.hold
      if (faults.hold) throw faults.hold
    },
    release: ({ name }: PodIdentity) => void log.push(`release ${name}`),
  }
  const node = {
    namespace: '/run/netns/node',
    addresses: ['172.30.0.2', 'fd00:30::2'],
    podCidrs: ['10.244.1.0/29', 'fd00:1::/64'],
  } as const
  const run = () => createPodNetwork({ node, stateDir, podNamespace: (uid) => `pod-${uid}`, policies }, kernel)
  return { run, log, faults, waits, linked, stateDir, news: () => log.splice(0) }
}
const ONE = '10.244.1.2,fd00:1::2'

test('a pod gets its network when its policies are held, and gives it back before they go', async () => {
  const { run, waits, news } = start()
  const network = run()
  const held = Promise.withResolvers<void>()
  waits.hold = held.promise
  const asked = new Promise<void>((resolve) => {
    waits.asked = resolve
  })
  const attaching = network.attach(pod('one'))
  await asked
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(news(), [`hold one ${ONE}`])
  const other = network.attach(pod('two'))
  held.resolve()
  assert.deepEqual((await attaching).addresses, ONE.split(','))
  assert.notDeepEqual((await other).addresses, ONE.split(','), 'what was promised to one no other gets')
  assert.equal(news()[0], `connect one ${ONE}`)
  await network.detach('uid-one')
  assert.deepEqual(news(), [`disconnect uid-one ${ONE}`, 'remove uid-one', 'release one'])
})

test('one whose policies cannot be held gets no network, and its address is free again', async () => {
  const { run, faults, news } = start()
  const network = run()
  faults.hold = new Error('no room')
  await assert.rejects(network.attach(pod('one')), /no room/)
  assert.deepEqual(news(), [`hold one ${ONE}`, 'release one'])
  assert.deepEqual(await network.list(), [])
  delete faults.hold
  for (const name of ['a', 'b', 'c', 'd', 'e']) await network.attach(pod(name))
  await assert.rejects(network.attach(pod('more')), { code: 'POD_ADDRESSES_EXHAUSTED' })
})

test('one whose link cannot be made is released; where that cannot be taken away either, it keeps its address and its policies', async () => {
  const { run, faults, news } = start()
  const network = run()
  faults.connect = new Error('no link')
  await assert.rejects(network.attach(pod('one')), { code: 'POD_ATTACH_FAILED', message: /no link/ })
  assert.deepEqual(news(), [`hold one ${ONE}`, `connect one ${ONE}`, 'remove uid-one', 'release one'])
  faults.remove = new Error('still there')
  await assert.rejects(network.attach(pod('two')), { code: 'POD_ATTACH_FAILED' })
  assert.deepEqual(
    news().filter((line) => /release/.test(line)),
    [],
  )
  delete faults.connect
  delete faults.remove
  await network.attach(pod('two'))
  const [gone, ...more] = news()
  assert.match(gone!, /^disconnect uid-two/)
  assert.deepEqual(
    more.map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['remove uid-two', 'release two', 'hold two', 'connect two'],
  )
})

test('an address is nobody else’s while its pod waits, is attached, or is half gone, and free when it is gone', async () => {
  const { run, faults, waits, news } = start()
  const network = run()
  /** How many more get one of the five. */
  const more = async (): Promise<number> => {
    const names: string[] = []
    for (;;) {
      const one = pod(`more-${names.length}`)
      try {
        await network.attach(one)
      } catch {
        break
      }
      names.push(one.uid)
    }
    for (const uid of names) await network.detach(uid)
    return names.length
  }
  assert.equal(await more(), 5)
  const held = Promise.withResolvers<void>()
  waits.hold = held.promise
  const asked = Promise.withResolvers<void>()
  waits.asked = asked.resolve
  const attaching = network.attach(pod('one'))
  await asked.promise
  delete waits.hold
  assert.equal(await more(), 4, 'it waits')
  held.resolve()
  await attaching
  assert.equal(await more(), 4, 'it is attached')
  await network.detach('uid-one')
  assert.deepEqual([await network.list(), network.pod('uid-one'), await more()], [[], undefined, 5])
  faults.connect = new Error('no link')
  faults.remove = new Error('still there')
  await assert.rejects(network.attach(pod('one')), { code: 'POD_ATTACH_FAILED' })
  delete faults.connect
  delete faults.remove
  assert.equal(await more(), 4, 'it is half gone')
  await network.detach('uid-one')
  assert.equal(await more(), 5)
  news()
  await network.detach('uid-one')
  assert.deepEqual(news(), [], 'once')
})

test('one that is attached already is held again, as who attaches it may have begun anew', async () => {
  const { run, faults, news } = start()
  const network = run()
  await network.attach(pod('one'))
  news()
  assert.deepEqual((await network.attach(pod('one'))).addresses, ONE.split(','))
  assert.deepEqual(news(), [`hold one ${ONE}`])
  faults.hold = new Error('no room')
  await assert.rejects(network.attach(pod('one')), /no room/)
})

test('of a pod of its node’s network policies are told nothing', async () => {
  const { run, news } = start()
  const network = run()
  const own = pod('agent', { hostNetwork: true })
  assert.deepEqual((await network.attach(own)).addresses, ['172.30.0.2', 'fd00:30::2'])
  await network.attach(own)
  await network.detach(own.uid)
  assert.deepEqual(news(), [])
})

test('where the kernel has no IPv6, neither a pod nor its policies have such an address', async () => {
  const { run, news } = start(false)
  const network = run()
  assert.deepEqual((await network.attach(pod('one'))).addresses, ['10.244.1.2'])
  assert.equal(news()[0], 'hold one 10.244.1.2')
  const own = await network.attach(pod('agent', { hostNetwork: true }))
  assert.deepEqual(own.addresses, ['172.30.0.2'])
})

test('a start keeps who is whole, and takes away and releases who is half-made or has lost its link', async () => {
  const { run, linked, stateDir, news } = start()
  const first = run()
  for (const name of ['whole', 'unlinked', 'half-made']) await first.attach(pod(name))
  const records = new AttachmentRecords(`${stateDir}/attachments`)
  for (const record of records.read())
    if (record.uid === 'uid-half-made') records.write({ ...record, state: 'prepared' })
  linked.delete('uid-unlinked')
  news()
  const second = run()
  assert.deepEqual(
    (await second.list()).map(({ uid }) => uid),
    ['uid-whole'],
  )
  assert.deepEqual(news().toSorted(), [
    'release half-made',
    'release unlinked',
    'remove uid-half-made',
    'remove uid-unlinked',
  ])
  assert.equal(second.pod('uid-whole')?.name, 'whole')
  assert.deepEqual([...second.kept().keys()], ['uid-whole'])
})
