import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeAtomically } from './atomic-writer.ts'

test('files change all at once through ..data, equal ones not at all, and removed ones go', () => {
  const dir = mkdtempSync(join(tmpdir(), 'atomic-'))
  const file = (text: string, mode = 0o644) => ({ content: Buffer.from(text), mode })
  assert.equal(
    writeAtomically(
      dir,
      new Map([
        ['a', file('1')],
        ['d/b', file('2', 0o400)],
      ]),
    ),
    true,
  )
  assert.equal(readFileSync(join(dir, 'd/b'), 'utf8'), '2')
  assert.equal(statSync(join(dir, 'd/b')).mode & 0o777, 0o400)
  assert.equal(readlinkSync(join(dir, 'a')), '..data/a')
  const before = readlinkSync(join(dir, '..data'))
  assert.equal(
    writeAtomically(
      dir,
      new Map([
        ['a', file('1')],
        ['d/b', file('2', 0o400)],
      ]),
    ),
    false,
  )
  assert.equal(readlinkSync(join(dir, '..data')), before)
  assert.equal(writeAtomically(dir, new Map([['a', file('3')]])), true)
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '3')
  assert.equal(statSync(join(dir, 'd'), { throwIfNoEntry: false }), undefined)
  rmSync(dir, { recursive: true })
})
