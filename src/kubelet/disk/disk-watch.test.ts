import assert from 'node:assert/strict'
import { existsSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from '../testing/eventually.ts'
import { startCluster } from '../testing/start-cluster.ts'
import { DiskRoom } from './disk-room.ts'
import { watchDisk } from './disk-watch.ts'
import { folderUsage } from './folder-usage.ts'

const MI = 2 ** 20

test('a folder takes the blocks of its files: one with two names once, a hole not at all, and nothing behind a link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-usage-'))
  mkdirSync(join(folder, 'v/sub'), { recursive: true })
  const empty = await folderUsage(join(folder, 'v'))
  writeFileSync(join(folder, 'v/sub/file'), Buffer.alloc(MI, 'x'))
  linkSync(join(folder, 'v/sub/file'), join(folder, 'v/again'))
  writeFileSync(join(folder, 'v/hole'), '')
  truncateSync(join(folder, 'v/hole'), 100 * MI)
  writeFileSync(join(folder, 'outside'), Buffer.alloc(MI, 'x'))
  symlinkSync('../outside', join(folder, 'v/link'))
  assert.equal(Math.round(((await folderUsage(join(folder, 'v'))) - empty) / MI), 1)
  assert.ok((await folderUsage(join(folder, 'v'), 1000)) > 1000, 'more need not be known')
  assert.equal(await folderUsage(join(folder, 'nothing')), 0)
  rmSync(folder, { recursive: true })
})

test('a disk that cannot be looked at is told, and of a node that has ended nothing is asked and nothing told', async () => {
  const clock = new HandClock()
  const end = new AbortController()
  const told: unknown[] = []
  let asked = 0
  const gone = new Error('ENOENT')
  const room = new DiskRoom(() => {
    asked++
    throw gone
  })
  const scenery = { context: {} as Parameters<typeof watchDisk>[0]['context'], pods: () => [], room, clock }
  watchDisk({ ...scenery, signal: end.signal, onError: (error) => told.push(error) })
  clock.advance(10_000)
  await new Promise(setImmediate)
  assert.deepEqual([asked, told], [1, [gone]])
  end.abort()
  clock.advance(10_000)
  await new Promise(setImmediate)
  assert.deepEqual([asked, told, clock.pending], [1, [gone], 0])
})

const grown = async (
  fill: (at: {
    readonly volume: string
    readonly scratch: string
    readonly logs: string
    readonly dir: string
  }) => void,
) => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const { metadata } = await cluster.pod('web', {
    containers: [
      { name: 'c', image: 'fairlead/echo', resources: { limits: { 'ephemeral-storage': '2Mi' } } },
      { name: 'd', image: 'fairlead/echo' },
    ],
    volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Mi' } }],
  })
  await cluster.until('web', isReady)
  const { uid = '' } = metadata ?? {}
  const id = [...cluster.runtime.containers.keys()].find((one) =>
    cluster.runtime.containers.get(one)?.spec.cgroup.endsWith('/c'),
  )!
  const scratch = join(cluster.runtime.scratch(id), 'root/upper')
  mkdirSync(scratch, { recursive: true })
  const logs = join(cluster.stateDir, 'logs', `default_web_${uid}`, 'c')
  const dir = join(cluster.stateDir, 'pods', uid)
  const volume = join(dir, 'volumes/v')
  clock.advance(10_000)
  await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal((await cluster.get('web')).status?.phase, 'Running', 'nothing is too much yet')
  fill({ volume, scratch, logs, dir })
  const isOver = ({ status }: Pod) => status?.phase === 'Failed'
  const advance = setInterval(() => clock.advance(10_000), 5)
  try {
    const { status } = await cluster.until('web', isOver)
    const [event] = await cluster.events('Evicted')
    assert.deepEqual([status?.reason, event?.type, event?.message], ['Evicted', 'Warning', status?.message])
    assert.equal(cluster.runtime.calls.filter((call) => call.startsWith('stop ') && call.endsWith(' 1')).length, 2)
    return status?.message
  } finally {
    clearInterval(advance)
    rmSync(cluster.runtime.scratchDir, { recursive: true, force: true })
  }
}
const bytes = (amount: number) => Buffer.alloc(amount * MI, 'x')

test('a pod whose volume, or whose container with its logs, takes more of the disk than it may is evicted', async () => {
  assert.equal(
    await grown(({ volume }) => writeFileSync(join(volume, 'file'), bytes(1.5))),
    'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ',
  )
  assert.match(
    (await grown(({ scratch, logs }) => {
      writeFileSync(join(scratch, 'file'), bytes(1.5))
      writeFileSync(join(logs, '0.log.9'), bytes(1))
    })) ?? '',
    /^Pod ephemeral local storage usage exceeds the total limit of containers 2Mi\. $/,
  )
})

test('what a pod writes to its /etc/hosts, its /etc/resolv.conf and its termination messages is its own, and goes with it', async () => {
  for (const file of ['hosts', 'resolv.conf', 'containers/c/0', 'containers/d/0']) {
    let path = ''
    const message = await grown(({ dir }) => {
      path = join(dir, file)
      writeFileSync(path, bytes(2.5))
    })
    assert.equal(message, 'Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ', file)
    await eventually(`${file} is gone, though the pod is still there`, () => !existsSync(path))
  }
})
