import assert from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { keepLogs } from './log-keeper.ts'
import { logSegments } from './log-segments.ts'

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-keeper-'))
  const clock = new HandClock()
  const stop = new AbortController()
  const faults: unknown[] = []
  const path = (name: string) => join(folder, name)
  /** As conmon does where the file is full. */
  const fill = (name: string, text: string): void => {
    writeFileSync(path(`${name}.tmp`), text)
    renameSync(path(`${name}.tmp`), path(name))
  }
  const keep = (...names: string[]): void =>
    keepLogs({ clock, signal: stop.signal, logs: () => names.map(path), onError: (error) => faults.push(error) })
  return { path, fill, keep, clock, stop, faults, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}
const numbers = (path: string): readonly string[] =>
  logSegments(path).map((name) => basename(name).slice('0.log.'.length))

test('a log keeps its files as they are filled; one that fills file after file is looked at forty times a second', () => {
  using at = scratch()
  at.keep('0.log')
  at.clock.advance(1000)
  assert.deepEqual(logSegments(at.path('0.log')), [], 'there is no log yet')
  at.fill('0.log', 'one')
  at.clock.advance(1000)
  assert.deepEqual(numbers(at.path('0.log')), ['1'])
  assert.equal(at.clock.next, 1000)
  at.fill('0.log', 'two')
  at.clock.advance(1000)
  assert.deepEqual(numbers(at.path('0.log')), ['1', '2'])
  assert.equal(at.clock.next, 25, 'it is busy')
  at.fill('0.log', 'three')
  at.clock.advance(25)
  assert.deepEqual(numbers(at.path('0.log')), ['1', '2', '3'])
  at.clock.advance(25)
  assert.equal(at.clock.next, 1000, 'it has come to rest')
})

test('a log that cannot be looked at is told of, and the others are kept', () => {
  using at = scratch()
  symlinkSync('loop.log', at.path('loop.log'))
  at.fill('0.log', 'one')
  at.keep('loop.log', '0.log')
  at.clock.advance(2000)
  assert.deepEqual(numbers(at.path('0.log')), ['1'])
  assert.deepEqual(
    at.faults.map((error) => (error as NodeJS.ErrnoException).code),
    ['ELOOP', 'ELOOP'],
  )
})

test('after the signal nothing is looked at any more', () => {
  using at = scratch()
  at.fill('0.log', 'one')
  at.keep('0.log')
  at.stop.abort()
  at.clock.advance(5000)
  assert.deepEqual(logSegments(at.path('0.log')), [])
  assert.equal(at.clock.pending, 0)
})
