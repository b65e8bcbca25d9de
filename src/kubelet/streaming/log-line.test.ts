import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLogLine } from './log-line.ts'

test('parseLogLine() reads time, stream, tag and content, and makes the time UTC', () => {
  const parsed = parseLogLine(Buffer.from('2026-01-02T01:30:00.5+02:00 stderr P a  b'))
  assert.deepEqual(
    { ...parsed, content: parsed?.content.toString() },
    { time: '2026-01-01T23:30:00.5Z', stream: 'stderr', partial: true, content: 'a  b' },
  )
  assert.equal(parseLogLine(Buffer.from('rubbish')), undefined)
  assert.equal(parseLogLine(Buffer.from('2026-01-02T01:30:00Z stdin F x')), undefined)
})
