import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolderBeneath, openBeneath, openRoot, readDescriptor } from './beneath.ts'

const O_CLOEXEC = 0o2000000

/** A volume, and its descriptor; `outside` lies beside it. */
const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-beneath-'))
  for (const name of ['volume', 'outside']) mkdirSync(join(folder, name))
  const root = openRoot(join(folder, 'volume'))
  return {
    root,
    path: (...names: string[]) => join(folder, ...names),
    [Symbol.dispose]: () => {
      closeSync(root)
      rmSync(folder, { recursive: true })
    },
  }
}
const descriptors = (): number => readdirSync('/proc/self/fd').length

test('folders are made below the root with their mode, whatever the umask, and nothing of the way stays open', () => {
  using at = scratch()
  const mask = process.umask(0o077)
  try {
    const before = descriptors()
    const folder = makeFolderBeneath(at.root, 'a/./b//c', 0o755)
    assert.equal(descriptors(), before + 1)
    closeSync(folder)
    assert.equal(process.umask(), 0o077, 'what is made after it is as private as before')
  } finally {
    process.umask(mask)
  }
  for (const name of ['a', 'a/b', 'a/b/c']) assert.equal(statSync(at.path('volume', name)).mode & 0o777, 0o755, name)
})

test('a link that leads out is refused, nothing is made behind it, and nothing stays open', () => {
  using at = scratch()
  symlinkSync('../outside', at.path('volume/up'))
  symlinkSync(at.path('outside'), at.path('volume/absolute'))
  symlinkSync('loop', at.path('volume/loop'))
  mkdirSync(at.path('volume/inside'))
  symlinkSync('inside', at.path('volume/within'))
  const before = descriptors()
  for (const path of ['up/x', 'absolute/x', 'loop/x', '../outside']) {
    assert.throws(() => makeFolderBeneath(at.root, path, 0o755), { code: 'PATH_OUTSIDE' }, path)
    assert.throws(() => openBeneath(at.root, path), { code: 'PATH_OUTSIDE' }, path)
  }
  assert.deepEqual(readdirSync(at.path('outside')), [])
  closeSync(makeFolderBeneath(at.root, 'within/x', 0o755))
  assert.deepEqual(readdirSync(at.path('volume/inside')), ['x'])
  assert.equal(descriptors(), before)
})

test('what is opened is not handed on to the programs that are started meanwhile', () => {
  using at = scratch()
  for (const fd of [openRoot(at.path('volume')), openBeneath(at.root, '.')]) {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))![1]!
    closeSync(fd)
    assert.ok((Number.parseInt(flags, 8) & O_CLOEXEC) !== 0, flags)
  }
})

test('of what is there only an ordinary file is read, and no more of it than may be', () => {
  using at = scratch()
  writeFileSync(at.path('volume/file'), 'äb')
  execFileSync('mkfifo', [at.path('volume/fifo')])
  const read = (path: string, most: number): string | undefined => {
    const found = openBeneath(at.root, path)
    try {
      return readDescriptor(found, most)
    } finally {
      closeSync(found)
    }
  }
  const before = descriptors()
  assert.deepEqual([read('file', 3), read('file', 100), read('file', 2)], ['äb', 'äb', undefined])
  assert.deepEqual([read('fifo', 100), read('.', 100)], [undefined, undefined])
  assert.equal(descriptors(), before)
})
