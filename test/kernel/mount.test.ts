import assert from 'node:assert/strict'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { removeEmptyFolder } from '#cluster/state/empty-folder.ts'
import { openRoot } from '#kernel/files/beneath.ts'
import { bindDescriptor, mountTmpfs, unbind, unmountBelow } from '#kernel/files/mount.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-mount-'))
  return {
    folder,
    path: (...names: string[]) => join(folder, ...names),
    [Symbol.dispose]: () => {
      unmountBelow(folder)
      rmSync(folder, { recursive: true })
    },
  }
}
const isMounted = (path: string): boolean => readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${path} `)
const tmpfs = (path: string): void => {
  mkdirSync(path)
  mountTmpfs(path, { name: 'test', mode: 0o700 })
}

test('unbind() takes a mount away that is in use', () => {
  using at = scratch()
  tmpfs(at.path('used'))
  const held = openSync(at.path('used', 'file'), 'w')
  try {
    unbind(at.path('used'))
  } finally {
    closeSync(held)
  }
  assert.equal(existsSync(at.path('used')), false)
})

test('unbind() of a link takes the link away, and not what is mounted where it leads', () => {
  using at = scratch()
  tmpfs(at.path('there'))
  writeFileSync(at.path('there', 'file'), 'kept')
  symlinkSync('there', at.path('link'))
  unbind(at.path('link'))
  assert.equal(existsSync(at.path('link')), false)
  assert.equal(readFileSync(at.path('there', 'file'), 'utf8'), 'kept')
})

test('bindDescriptor() replaces what an earlier call left, and unmountBelow() takes all of it, and nothing beside', () => {
  using at = scratch()
  for (const name of ['one', 'two', 'pods beside']) mkdirSync(at.path(name))
  for (const name of ['one', 'two']) writeFileSync(at.path(name, 'name'), name)
  mountTmpfs(at.path('pods beside'), { name: 'test', mode: 0o700 })
  for (const name of ['one', 'two']) {
    const source = openRoot(at.path(name))
    bindDescriptor(source, at.path('pods', 'a b', 'volume'))
    closeSync(source)
    assert.equal(readFileSync(at.path('pods', 'a b', 'volume', 'name'), 'utf8'), name)
  }
  unmountBelow(at.path('pods'))
  assert.deepEqual([existsSync(at.path('pods/a b/volume')), existsSync(at.path('pods/a b/volume/name'))], [true, false])
  assert.ok(isMounted(at.path('pods\\040beside')))
})

test('removeEmptyFolder() leaves a folder that something is mounted on', () => {
  using at = scratch()
  tmpfs(at.path('mounted'))
  removeEmptyFolder(at.path('mounted'))
  assert.ok(isMounted(at.path('mounted')))
})
