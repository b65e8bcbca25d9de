import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeDraft } from './draft-folder.ts'

const open = (folder: string): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
    } catch {
      return false
    }
  }).length

test('a draft goes with its work; what a dead process left goes after a minute, and what is in use stays', () => {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-drafts-'))
  const drafts = join(root, 'drafts')
  const old = (path: string): void => utimesSync(path, new Date(0), new Date(0))
  try {
    const inUse = makeDraft(drafts)
    assert.equal(statSync(drafts).mode & 0o777, 0o700)
    const left = join(drafts, 'd-left')
    const young = join(drafts, 'd-young')
    for (const folder of [left, young]) mkdirSync(folder)
    for (const path of [left, inUse.path]) old(path)
    {
      using draft = makeDraft(drafts)
      assert.notEqual(draft.path, inUse.path)
      assert.deepEqual([inUse.path, young, left, draft.path].map(existsSync), [true, true, false, true])
    }
    assert.deepEqual(readdirSync(drafts).length, 2)
    inUse[Symbol.dispose]()
    assert.equal(existsSync(inUse.path), false)
    assert.equal(open(root), 0, 'no lock is held any more')
  } finally {
    rmSync(root, { recursive: true })
  }
})
