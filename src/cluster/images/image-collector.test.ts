import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { KeptImage } from '#runtime/images/local/kept-images.ts'
import { ImageCollector } from './image-collector.ts'

const MINUTE = 60_000
const GI = 2 ** 30

const image = (id: string, more: Partial<KeptImage> = {}): KeptImage => ({
  id,
  names: [`${id}:1`],
  isPinned: false,
  keptAt: 0,
  usedAt: 0,
  ...more,
})

/** A disk of 100 GiB; each image that goes gives back two. */
const setting = (
  stored: readonly KeptImage[],
  usedGi: number,
  more: { readonly faults?: ReadonlySet<string> } = {},
) => {
  const clock = new HandClock()
  clock.advance(60 * MINUTE - clock.now())
  const now = {
    stored: [...stored],
    disk: { totalBytes: 100 * GI, availableBytes: (100 - usedGi) * GI },
    users: new Map<string, readonly string[]>(),
    locked: false,
    gone: [] as string[],
    noted: [] as string[],
    told: [] as string[],
    looks: 0,
  }
  const collector = new ImageCollector({
    images: {
      list: (users, at) => {
        now.looks++
        now.noted = [...users.keys()].map((id) => `${id} ${at}`)
        return now.stored
      },
      takeAway: async (id) => {
        if (more.faults?.has(id)) throw new Error(`${id} is stuck`)
        now.gone.push(id)
        now.stored = now.stored.filter((one) => one.id !== id)
        now.disk = { ...now.disk, availableBytes: now.disk.availableBytes + 2 * GI }
      },
      lock: () => (now.locked ? undefined : { [Symbol.dispose]: () => undefined }),
    },
    users: () => now.users,
    disk: () => now.disk,
    clock,
    warn: (reason, message) => void now.told.push(`${reason}: ${message}`),
    log: () => undefined,
  })
  return { collector, clock, now }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('above 85 % of the disk unused images go, the one used longest ago first, until 80 % are taken, and no more', async () => {
  const stored = [
    image('b', { usedAt: 20 }),
    image('a', { usedAt: 10 }),
    image('d', { usedAt: 40 }),
    image('c', { usedAt: 30 }),
  ]
  const { collector, now } = setting(stored, 85)
  await collector.collect()
  assert.deepEqual(now.gone, ['a', 'b', 'c'])
  assert.deepEqual(now.told, [])
  await collector.collect()
  assert.deepEqual(now.gone, ['a', 'b', 'c'], 'there is room now')
})

test('where just as much is free as is wanted that is enough, and nobody is warned', async () => {
  const { collector, now } = setting([image('a'), image('b'), image('c')], 86)
  await collector.collect()
  assert.deepEqual([now.gone, now.told], [['a', 'b', 'c'], []])
  assert.equal(now.disk.availableBytes, 20 * GI)
})

test('a warning gives the size of the disk in the largest unit that fits, whatever that is', async () => {
  const shown = async (totalBytes: number) => {
    const { collector, now } = setting([], 99)
    now.disk = { totalBytes, availableBytes: 0 }
    await collector.collect()
    return /% of (\S+ \S+) used/.exec(now.told[0] ?? '')?.[1]
  }
  const sizes = [512, 2048, 3 * 2 ** 20, 1.5 * GI, 4 * 2 ** 40, 2 ** 51]
  const texts = ['512.0 B', '2.0 KiB', '3.0 MiB', '1.5 GiB', '4.0 TiB', '2048.0 TiB']
  assert.deepEqual(await Promise.all(sizes.map(shown)), texts)
})

test('below that nothing goes, and what is in use is noted all the same', async () => {
  const { collector, now } = setting([image('a'), image('b')], 84)
  now.users.set('a', ['pod default/web of cluster ci'])
  await collector.collect()
  assert.deepEqual([now.gone, now.noted], [[], [`a ${60 * MINUTE}`]])
})

test('what some pod has stays, and what a person has brought, and what came within the last two minutes', async () => {
  const young = 60 * MINUTE - 2 * MINUTE + 1
  const stored = [image('used'), image('brought', { isPinned: true }), image('fresh', { keptAt: young }), image('old')]
  const { collector, clock, now } = setting(stored, 99)
  now.users.set('used', ['pod default/web of cluster other'])
  await collector.collect()
  assert.deepEqual(now.gone, ['old'])
  clock.advance(1)
  await collector.collect()
  assert.deepEqual(now.gone, ['old', 'fresh'])
})

test('an image without a name goes first, but not before it has been seen so for two minutes: it may be a copy under way', async () => {
  const lost = image('lost', { names: [], keptAt: undefined, usedAt: undefined })
  const { collector, clock, now } = setting([image('named', { usedAt: 1 }), lost], 84)
  await collector.collect()
  clock.advance(MINUTE)
  now.disk = { ...now.disk, availableBytes: 18.5 * GI }
  now.disk = { ...now.disk, availableBytes: 15 * GI }
  now.stored = [lost]
  await collector.collect()
  assert.deepEqual(now.gone, [])
  clock.advance(MINUTE)
  now.stored = [image('named', { usedAt: 1 }), lost]
  now.disk = { ...now.disk, availableBytes: 15 * GI }
  await collector.collect()
  assert.deepEqual(now.gone, ['lost', 'named'])
})

test('where that does not do, the nodes are told how much was taken and freed; and again and again that it failed', async () => {
  const { collector, now } = setting([image('a')], 95)
  await collector.collect()
  const words = (percent: number, freed: number) =>
    `Insufficient free disk space on the node's image filesystem (${percent}% of 100.0 GiB used). Failed to free sufficient space by deleting unused images (freed ${freed} bytes). Investigate disk usage, as it could be used by active images, logs, volumes, or other data.`
  assert.deepEqual(now.told, [`FreeDiskSpaceFailed: ${words(95, 2 * GI)}`])
  now.told.length = 0
  await collector.collect()
  assert.deepEqual(now.told, [`FreeDiskSpaceFailed: ${words(93, 0)}`, `ImageGCFailed: ${words(93, 0)}`])
  now.disk = { ...now.disk, availableBytes: 50 * GI }
  now.told.length = 0
  await collector.collect()
  now.disk = { ...now.disk, availableBytes: 5 * GI }
  await collector.collect()
  assert.deepEqual(now.told.length, 1, 'once is no matter')
})

test('an image that cannot be taken away keeps no other one, and is told when it fails again', async () => {
  const { collector, now } = setting([image('a'), image('b', { usedAt: 1 })], 90, { faults: new Set(['a']) })
  await collector.collect()
  assert.deepEqual([now.gone, now.told], [['b'], []])
  await collector.collect()
  assert.deepEqual(now.told, [
    `ImageGCFailed: wanted to free ${8 * GI} bytes, but freed 0 bytes space with errors in image deletion: a is stuck`,
  ])
})

test('it looks every five minutes, and not while another process of the machine does', async () => {
  const { collector, clock, now } = setting([image('a')], 90)
  const stop = new AbortController()
  now.locked = true
  collector.start(stop.signal)
  clock.advance(5 * MINUTE)
  await settled()
  assert.deepEqual([now.looks, now.gone], [0, []])
  now.locked = false
  clock.advance(5 * MINUTE - 1)
  await settled()
  assert.equal(now.looks, 0)
  clock.advance(1)
  await settled()
  assert.deepEqual([now.looks, now.gone], [1, ['a']])
  stop.abort()
  clock.advance(10 * MINUTE)
  await settled()
  assert.equal(now.looks, 1)
})

test('whoever is short of disk has it looked at once, but not more than once a minute', async () => {
  const { collector, clock, now } = setting([image('a'), image('b')], 99)
  now.disk = { ...now.disk, availableBytes: 19 * GI }
  await collector.relieve()
  assert.equal(now.looks, 1)
  await collector.relieve()
  assert.equal(now.looks, 1)
  clock.advance(MINUTE)
  now.disk = { ...now.disk, availableBytes: GI }
  await Promise.all([collector.relieve(), collector.collect()])
  assert.deepEqual([now.looks, now.gone], [2, ['a', 'b']])
})

test('a disk of no size at all is a fault that is told, and no division by it', async () => {
  const { collector, now } = setting([image('a')], 90)
  now.disk = { totalBytes: 0, availableBytes: 0 }
  await collector.collect()
  assert.deepEqual([now.gone, now.told], [[], ['InvalidDiskCapacity: invalid capacity 0 on image filesystem']])
})
