import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { volumeMounter } from '#agent/parts/pods/volume-mounter.ts'
import { openBeneath, openRoot } from '#kernel/files/beneath.ts'
import { bindDescriptor, mountTmpfs, unmountBelow } from '#kernel/files/mount.ts'
import { mountsBelow } from '#kernel/files/mount-table.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const base = mkdtempSync('/var/lib/fairlead/volumes-')
const volume = join(base, 'volume')
const outside = join(base, 'outside')
const target = join(base, 'targets/c/0')
const mounted = (): readonly string[] => mountsBelow(base, readFileSync('/proc/self/mountinfo', 'utf8'))
const bind = (path: string, create?: number) =>
  volumeMounter.bindBelow({ volume, path, ...(create !== undefined && { create }) }, target)

beforeEach(() => {
  unmountBelow(base)
  rmSync(base, { recursive: true, force: true })
  for (const folder of [volume, outside]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(outside, 'secret'), 'of the host')
})
after(() => {
  unmountBelow(base)
  rmSync(base, { recursive: true })
})

test('a subPath shows the folder or the file that lies there, also through links that stay in the volume', () => {
  mkdirSync(join(volume, 'a/b'), { recursive: true })
  writeFileSync(join(volume, 'a/b/file'), 'hello')
  symlinkSync('a', join(volume, 'inner'))
  symlinkSync('../inner/b', join(volume, 'a/back'))
  for (const path of ['a/b', './a//b/', 'inner/b', 'a/back']) {
    assert.equal(bind(path), 'bound', path)
    assert.equal(readFileSync(join(target, 'file'), 'utf8'), 'hello', path)
  }
  assert.equal(bind('inner/back/file'), 'bound')
  assert.equal(readFileSync(target, 'utf8'), 'hello')
  assert.deepEqual(mounted(), [target])
  volumeMounter.unbind(target)
  assert.deepEqual(mounted(), [])
  assert.equal(existsSync(target), false)
})

test('a subPath that leads out of the volume is refused, and nothing is made on the way', () => {
  symlinkSync(outside, join(volume, 'absolute'))
  symlinkSync('../outside', join(volume, 'climbing'))
  symlinkSync('/proc/self/root', join(volume, 'magic'))
  symlinkSync('loop', join(volume, 'loop'))
  symlinkSync('../outside/missing', join(volume, 'dangling'))
  for (const path of ['absolute', 'climbing', 'magic', 'loop', 'dangling', 'absolute/new/er', 'climbing/new', '..'])
    assert.equal(bind(path, 0o777), 'outside', path)
  assert.deepEqual(readdirSync(outside), ['secret'])
  assert.deepEqual(mounted(), [])
})

test('a subPath that is missing is made with the mode of the volume, whatever the umask, or told to be missing', () => {
  assert.equal(bind('x/y'), 'missing')
  const mask = process.umask(0o077)
  try {
    assert.equal(bind('x/y', 0o1777), 'bound')
  } finally {
    process.umask(mask)
  }
  for (const path of ['x', 'x/y']) assert.equal(statSync(join(volume, path)).mode & 0o7777, 0o1777, path)
  assert.equal(statSync(target).ino, statSync(join(volume, 'x/y')).ino)
})

test('what is mounted is what was opened, whatever took its name meanwhile', () => {
  mkdirSync(join(volume, 'd'))
  writeFileSync(join(volume, 'd/own'), '')
  const root = openRoot(volume)
  const found = openBeneath(root, 'd')
  renameSync(join(volume, 'd'), join(volume, 'moved'))
  symlinkSync(outside, join(volume, 'd'))
  bindDescriptor(found, target)
  closeSync(found)
  closeSync(root)
  assert.deepEqual(readdirSync(target), ['own'])
})

// Swaps the folder `d` and a link to the outside, again and again, as fast as it can.
const SWAPPER = `
const { parentPort, workerData } = require('node:worker_threads')
const { renameat2 } = workerData
const swap = require('koffi').load(null).func('int renameat2(int a, str b, int c, str d, unsigned int flags)')
parentPort.postMessage('swapping')
const stop = new Int32Array(workerData.stop)
while (Atomics.load(stop, 0) === 0) swap(-100, workerData.folder, -100, workerData.link, 2)
`

test('whoever swaps a folder and a link while it is being mounted gets the folder or a refusal, never what the link leads to', async () => {
  mkdirSync(join(volume, 'd'))
  symlinkSync(outside, join(volume, 'l'))
  const { ino } = lstatSync(join(volume, 'd'))
  const stop = new SharedArrayBuffer(4)
  const worker = new Worker(SWAPPER, {
    eval: true,
    workerData: { folder: join(volume, 'd'), link: join(volume, 'l'), stop },
  })
  await once(worker, 'message')
  const seen = { bound: 0, outside: 0, missing: 0 }
  const shown = new Set<number>()
  for (let round = 0; round < 2000; round++) {
    const outcome = bind('d/sub', 0o755)
    seen[outcome]++
    if (outcome === 'bound') shown.add(statSync(target).ino)
  }
  Atomics.store(new Int32Array(stop), 0, 1)
  await once(worker, 'exit')
  assert.ok(seen.bound > 0 && seen.outside > 0, `both were met: ${JSON.stringify(seen)}`)
  assert.deepEqual(readdirSync(outside), ['secret'], 'nothing was made outside')
  const real = [join(volume, 'd'), join(volume, 'l')].find((path) => lstatSync(path).isDirectory())!
  assert.equal(lstatSync(real).ino, ino)
  assert.deepEqual([...shown], [statSync(join(real, 'sub')).ino])
})

test('unbind() never empties what is mounted, and takes what was mounted twice', () => {
  mkdirSync(join(volume, 'd'))
  writeFileSync(join(volume, 'd/kept'), '')
  assert.equal(bind('d'), 'bound')
  const root = openRoot(volume)
  const again = openBeneath(root, 'd')
  bindDescriptor(again, `${target}-2`)
  for (const fd of [again, root]) closeSync(fd)
  mountTmpfs(target, { name: 'test', mode: 0o700, sizeBytes: 4096 })
  volumeMounter.unbind(target)
  volumeMounter.unbind(target)
  unmountBelow(join(base, 'targets'))
  assert.deepEqual(mounted(), [])
  assert.deepEqual(readdirSync(join(volume, 'd')), ['kept'])
})

test('a volume in memory has its size and is everybody’s', () => {
  const folder = join(base, 'memory')
  mkdirSync(folder)
  volumeMounter.tmpfs(folder, 8192)
  assert.equal(statSync(folder).mode & 0o777, 0o777)
  assert.throws(() => writeFileSync(join(folder, 'big'), Buffer.alloc(65536)), { code: 'ENOSPC' })
  linkSync(join(folder, 'big'), join(folder, 'same'))
  volumeMounter.unmountBelow(base)
  assert.deepEqual(readdirSync(folder), [])
})
