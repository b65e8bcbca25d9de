import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lostAt, noteLife, objectsLostMessage, readLives } from './lives.ts'

test('the first start of a control plane lost nothing; each later one lost what was there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-lives-'))
  try {
    assert.equal(lostAt(readLives(folder)), undefined)
    assert.equal(lostAt(noteLife(folder, '2026-01-01T00:00:00.000Z')), undefined)
    const again = noteLife(folder, '2026-01-01T00:01:00.000Z')
    assert.equal(lostAt(again), '2026-01-01T00:01:00.000Z')
    assert.match(
      objectsLostMessage(again, true),
      /\(once so far\).*before 2026-01-01T00:01:00\.000Z is lost; apply it again/,
    )
    assert.match(objectsLostMessage(again, false), /the file of its objects was gone/)
    assert.deepEqual(readLives(folder), again, 'the next process knows it too')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
