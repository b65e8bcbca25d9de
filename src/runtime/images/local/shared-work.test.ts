import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SharedWork } from './shared-work.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Work that goes on until it is told to end, or is ended by hand. */
const endless = () => {
  const begun: { readonly signal: AbortSignal; readonly end: (text: string) => void }[] = []
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      begun.push({ signal, end: resolve })
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  return { begun, work }
}

test('what several want is done once, and goes on as long as one of them waits', async () => {
  const shared = new SharedWork<string>(10)
  const { begun, work } = endless()
  const [leaves, stays] = [new AbortController(), new AbortController()]
  const one = shared.join('a', work, leaves.signal)
  const other = shared.join('a', work, stays.signal)
  const another = shared.join('b', work)
  leaves.abort(new Error('gone'))
  await assert.rejects(one, /gone/)
  await pause(30)
  assert.equal(begun.length, 2)
  assert.equal(begun[0]?.signal.aborted, false)
  begun[0]?.end('done')
  assert.equal(await other, 'done')
  begun[1]?.end('too')
  assert.equal(await another, 'too')
})

test('what nobody waits for ends after a moment, in which others may come back to it; then it begins anew', async () => {
  const shared = new SharedWork<string>(40)
  const { begun, work } = endless()
  const first = new AbortController()
  const one = shared.join('a', work, first.signal)
  first.abort(new Error('gone'))
  await assert.rejects(one, /gone/)
  const second = new AbortController()
  const back = shared.join('a', work, second.signal)
  await pause(80)
  assert.deepEqual([begun.length, begun[0]?.signal.aborted], [1, false])
  second.abort(new Error('gone too'))
  await assert.rejects(back, /gone too/)
  await pause(80)
  assert.equal(begun[0]?.signal.aborted, true)
  const anew = shared.join('a', work)
  assert.equal(begun.length, 2)
  begun[1]?.end('at last')
  assert.equal(await anew, 'at last')
  await assert.rejects(shared.join('a', work, second.signal), /gone too/)
  assert.equal(begun.length, 2, 'nothing is begun for who has left before')
})
