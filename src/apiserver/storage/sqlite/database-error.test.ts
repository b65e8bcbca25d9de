import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JournalError } from '../journal.ts'
import { DatabaseError, faultOf, refusalOf } from './database-error.ts'

const sqlite = (errcode: number) => Object.assign(new Error('words'), { errcode, code: 'ERR_SQLITE_ERROR' })
const system = (code: string) => Object.assign(new Error(`${code}: words`), { code })
const FULL = 'the disk of F is full; free some space there, and writes are taken again by themselves'

test('what keeps a file from being read is told by what it is, and who reads it knows by a code', () => {
  const told = (error: unknown) => {
    const { code, message, cause } = faultOf(error, 'F')
    assert.equal(cause, error)
    return [code, message]
  }
  assert.deepEqual(told(sqlite(11)), ['DATABASE_DAMAGED', 'F is damaged: words (SQLite 11)'])
  assert.deepEqual(told(sqlite(267)), ['DATABASE_DAMAGED', 'F is damaged: words (SQLite 267)'])
  assert.deepEqual(told(sqlite(26)), ['DATABASE_DAMAGED', 'F is damaged: words (SQLite 26)'])
  assert.deepEqual(told(sqlite(5)), ['DATABASE_IN_USE', 'F is held by another process'])
  assert.deepEqual(told(sqlite(261)), ['DATABASE_IN_USE', 'F is held by another process'])
  assert.deepEqual(told(new SyntaxError('no JSON')), ['DATABASE_DAMAGED', 'F is damaged: no JSON'])
  assert.deepEqual(told(sqlite(13)), ['DATABASE_UNUSABLE', 'F cannot be used: its disk is full'])
  assert.deepEqual(told(sqlite(8)), ['DATABASE_UNUSABLE', 'F cannot be used: words (SQLite 8)'])
  assert.deepEqual(told(system('EACCES')), ['DATABASE_UNUSABLE', 'F cannot be used: EACCES: words'])
  const own = new DatabaseError('DATABASE_NEWER', 'x')
  assert.equal(faultOf(own, 'F'), own)
})

test('a write is refused for want of room apart from other faults, wherever the room is missing', () => {
  const told = (error: unknown) => {
    const { code, message, cause } = refusalOf(error, 'F')
    assert.equal(cause, error)
    return [code, message]
  }
  for (const error of [sqlite(13), sqlite(4874), system('ENOSPC'), system('EDQUOT')])
    assert.deepEqual(told(error), ['FULL', FULL])
  assert.deepEqual(told(new DatabaseError('DATABASE_UNUSABLE', 'x', sqlite(13))), ['FULL', FULL])
  assert.deepEqual(told(new DatabaseError('DATABASE_UNUSABLE', 'x', sqlite(10))), ['FAILED', 'x'])
  assert.deepEqual(told(new DatabaseError('DATABASE_ABANDONED', 'x')), ['FAILED', 'x'])
  assert.deepEqual(told(sqlite(7)), ['FAILED', 'there is no memory for what is written to F: words (SQLite 7)'])
  assert.deepEqual(told(sqlite(10)), ['FAILED', 'the disk does not take what is written to F: words (SQLite 10)'])
  assert.deepEqual(told(system('EIO')), ['FAILED', 'the disk does not take what is written to F: EIO: words'])
  const own = new JournalError('FAILED', 'x')
  assert.equal(refusalOf(own, 'F'), own)
})
