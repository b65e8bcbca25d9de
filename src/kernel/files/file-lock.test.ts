import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { tryLockFile } from './file-lock.ts'

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-lock-'))
  return { folder, path: join(folder, 'lock'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
const descriptors = (): number => readdirSync('/proc/self/fd').length

test('a lock is one holder’s until it is disposed of; who asks meanwhile keeps no descriptor', () => {
  using at = scratch()
  const before = descriptors()
  {
    using lock = tryLockFile(at.path)
    assert.ok(lock)
    const held = descriptors()
    for (let times = 0; times < 20; times++) assert.equal(tryLockFile(at.path), undefined)
    assert.equal(descriptors(), held)
  }
  {
    using lock = tryLockFile(at.path)
    assert.ok(lock, 'given back')
  }
  assert.equal(descriptors(), before)
})

/** Takes the lock so many times, and removes its file each time while it has it; an owner's file tells of a second one. */
const PROGRAM = `
import { closeSync, openSync, rmSync } from 'node:fs'
import { tryLockFile } from ${JSON.stringify(new URL('./file-lock.ts', import.meta.url).href)}
const [path, times] = process.argv.slice(-2)
for (let taken = 0; taken < Number(times); ) {
  using lock = tryLockFile(path)
  if (lock === undefined) continue
  closeSync(openSync(path + '.owner', 'wx'))
  rmSync(path + '.owner')
  rmSync(path)
  taken++
}`

test('of processes that take it in turn, and remove its file while they have it, no two have it at once', async () => {
  using at = scratch()
  const children = [1, 2, 3].map(() =>
    spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM, '--', at.path, '300'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
  assert.deepEqual(codes, [0, 0, 0])
})
