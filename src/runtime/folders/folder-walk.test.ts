import assert from 'node:assert/strict'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { walkFolder } from './folder-walk.ts'
import { removeFolder } from './remove-folder.ts'

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-walk-'))
  mkdirSync(join(folder, 'volume'))
  return {
    path: (...names: string[]) => join(folder, ...names),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
/** That lead below a folder. */
const descriptors = (folder: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length

test('bounds: all that is below a folder is visited once, links as links, with few descriptors however deep it is', async () => {
  using at = scratch()
  const deep = Array.from({ length: 60 }, (_, index) => `d${index}`)
  let folder = at.path('volume')
  for (const name of deep) {
    folder = join(folder, name)
    mkdirSync(folder)
    mkdirSync(join(folder, 'beside'))
  }
  writeFileSync(join(folder, 'last'), 'x')
  for (let index = 0; index < 100; index++) writeFileSync(at.path('volume', `f${index}`), '')
  mkdirSync(at.path('outside'))
  writeFileSync(at.path('outside/secret'), '')
  symlinkSync('../outside', at.path('volume/link'))
  const seen: string[] = []
  let most = 0
  const finished = await walkFolder(at.path('volume'), ({ path, stats }) => {
    seen.push(path.slice(path.lastIndexOf('/') + 1))
    most = Math.max(most, descriptors(at.path()))
    assert.ok(!path.endsWith('/link') || stats.isSymbolicLink())
  })
  assert.equal(finished, true)
  assert.equal(descriptors(at.path()), 0)
  assert.ok(most <= 3, String(most))
  assert.equal(seen.length, 1 + 60 + 60 + 1 + 100 + 1)
  assert.deepEqual([seen.includes('last'), seen.includes('secret')], [true, false])
})

test('whoever puts a link in the place of a folder, or moves one elsewhere, leads the walk nowhere', async () => {
  using at = scratch()
  for (const name of ['volume/a/b/c', 'volume/z', 'outside/b', 'outside/z'])
    mkdirSync(at.path(name), { recursive: true })
  writeFileSync(at.path('outside/z/secret'), '')
  const seen: string[] = []
  const replaced = await walkFolder(at.path('volume'), ({ path }) => {
    seen.push(path)
    if (!path.endsWith('/z') || seen.some((one) => one.endsWith('swapped'))) return
    renameSync(at.path('volume/z'), at.path('volume/swapped'))
    symlinkSync('../outside/z', at.path('volume/z'))
  })
  assert.equal(replaced, true)
  assert.ok(!seen.some((path) => path.endsWith('secret')))
  let moved = false
  const finished = await walkFolder(at.path('volume'), ({ path }) => {
    if (path.endsWith('/c') && !moved) {
      moved = true
      mkdirSync(at.path('volume/a/more'))
      renameSync(at.path('volume/a/b'), at.path('outside/moved'))
    }
    return true
  })
  assert.ok(moved)
  assert.equal(typeof finished, 'boolean')
  assert.ok(!seen.some((path) => path.endsWith('secret')))
  assert.equal(await walkFolder(at.path('volume'), () => false), false)
})

test('bounds: a folder is removed with all that is in it, deeper than a path can say, and not what its links lead to', async () => {
  using at = scratch()
  const back = process.cwd()
  process.chdir(at.path('volume'))
  for (let depth = 0; depth < 100; depth++) {
    const name = 'd'.repeat(100)
    mkdirSync(name)
    writeFileSync('file', '')
    process.chdir(name)
  }
  process.chdir(back)
  for (const name of ['empty', 'some']) mkdirSync(at.path('volume', name))
  for (let count = 0; count < 100; count++) writeFileSync(at.path('volume/some', `f${count}`), '')
  mkdirSync(at.path('outside'))
  writeFileSync(at.path('outside/kept'), '')
  symlinkSync('../outside', at.path('volume/link'))
  await removeFolder(at.path('volume'))
  assert.deepEqual(readdirSync(at.path()), ['outside'])
  assert.deepEqual(readdirSync(at.path('outside')), ['kept'])
  await removeFolder(at.path('volume'))
})
