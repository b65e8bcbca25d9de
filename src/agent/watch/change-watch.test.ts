import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { type Change, ChangeWatch } from './change-watch.ts'

const node: ApiObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }
const start = () => {
  const clock = new HandClock()
  const told: string[] = []
  const logged: string[] = []
  let changes: readonly Change[] | Error = []
  const watch = new ChangeWatch({
    audit: () => {
      if (changes instanceof Error) throw changes
      return changes
    },
    events: {
      record: (about, type, reason, text) => void told.push(`${about.metadata?.name} ${type} ${reason}: ${text}`),
    },
    clock,
    log: (message, error) => logged.push(error === undefined ? message : `${message}: ${(error as Error).message}`),
  })
  const find = (...found: readonly (Change | Error)[]) => {
    changes = found[0] instanceof Error ? found[0] : (found as readonly Change[])
  }
  return { clock, told, logged, watch, find }
}
const wrong = (error?: Error, about: ApiObject | undefined = node): Change => ({
  who: 'n1',
  about,
  found: ['link eth0 is down', 'route 0.0.0.0/0 is missing'],
  error,
})
const MENDED = 'n1: link eth0 is down, route 0.0.0.0/0 is missing; put right'

test('it looks every ten seconds, and tells what it found in the log and as an Event', () => {
  const { clock, told, logged, watch, find } = start()
  clock.advance(10_000)
  assert.deepEqual([told, logged], [[], []])
  find(wrong())
  clock.advance(10_000)
  assert.deepEqual(logged, [MENDED])
  assert.deepEqual(told, [`n1 Warning NetworkMended: ${MENDED}`])
  assert.deepEqual(watch.lasting, [], 'it is put right')
  clock.advance(10_000)
  assert.equal(told.length, 2, 'somebody did it again')
  watch.close()
  assert.equal(clock.pending, 0)
})

test('what cannot be put right lasts, and is told once until it is right', () => {
  const { told, logged, watch, find } = start()
  find(wrong(new Error('EPERM')))
  const text = 'n1: link eth0 is down, route 0.0.0.0/0 is missing; cannot be put right: EPERM'
  assert.deepEqual([watch.look(), watch.look()], [[text], [text]])
  assert.deepEqual([watch.lasting, logged], [[text], [text]])
  assert.deepEqual(told, [`n1 Warning NetworkBroken: ${text}`])
  find()
  assert.deepEqual([watch.look(), watch.lasting], [[], []])
  find(wrong(new Error('EPERM')))
  watch.look()
  assert.equal(told.length, 2)
  watch.close()
})

test('what is of no object is told in the log alone', () => {
  const { told, logged, watch, find } = start()
  find({ ...wrong(), about: undefined })
  watch.look()
  assert.deepEqual([told, logged], [[], [MENDED]])
  watch.close()
})

test('where it cannot be looked, that is told, and it is looked again', () => {
  const { clock, logged, watch, find } = start()
  find(new Error('no descriptor'))
  clock.advance(10_000)
  assert.deepEqual(logged, ['the networks cannot be looked at: no descriptor'])
  find(wrong())
  clock.advance(10_000)
  assert.equal(logged.length, 2)
  watch.close()
})
