import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Element } from '#dataplane/nftables/rule.ts'
import { outlived, statesBetween } from './transition.ts'

const POD = '10.244.1.2'
const policed: Element = { family: 'ip', set: 'policed-ingress', key: [POD] }
const say = (identity: number, verdict: 'return' | 'drop', port?: string): Element =>
  port === undefined
    ? { family: 'ip', set: 'ingress-rest', key: [POD, identity], data: [verdict] }
    : { family: 'ip', set: 'ingress-ports', key: [POD, identity, 'tcp', port], data: [verdict] }
const texts = (elements: readonly Element[]) =>
  elements.map(({ set, key, data }) => `${set} ${key.slice(1).join(' ')} ${data ?? ''}`.trim()).sort()

/** Who passes at port 80: what is said of it, else of anyone; none is policed: everybody. */
const passes = (elements: readonly Element[], identity: number): boolean => {
  if (!elements.some(({ set }) => set === 'policed-ingress')) return true
  for (const one of [identity, 0])
    for (const set of ['ingress-ports', 'ingress-rest']) {
      const found = elements.find(
        ({ set: name, key: [, of, , span] }) => name === set && of === one && (set === 'ingress-rest' || isIn(span)),
      )
      if (found !== undefined) return found.data?.[0] === 'return'
    }
  return false
}
const isIn = (span: unknown): boolean => {
  const [first, last] = String(span).split('-').map(Number) as [number, number]
  return first <= 80 && 80 <= last
}

test('nobody passes on the way who passes neither before nor then, and nobody is refused who passes both', () => {
  const held = [
    policed,
    say(0, 'return'),
    say(1, 'drop'),
    say(2, 'drop', '80-90'),
    say(3, 'return'),
    say(4, 'return'),
    say(8, 'drop'),
    say(9, 'drop', '70-90'),
    say(9, 'return'),
  ]
  const wanted = [
    policed,
    say(1, 'drop', '80-85'),
    say(2, 'drop'),
    say(3, 'return', '1-99'),
    say(5, 'return'),
    say(6, 'drop'),
    say(9, 'return'),
    say(9, 'drop', '80-85'),
  ]
  for (const [from, to] of [
    [held, wanted],
    [wanted, held],
  ] as const)
    for (const most of [1, 2, 3, 100]) {
      const states = statesBetween(from, to, most)
      assert.deepEqual(texts(states.at(-1) ?? []), texts(to))
      for (const state of states)
        for (const who of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
          const ends = [passes(from, who), passes(to, who)]
          assert.ok(ends.includes(passes(state, who)), `${who}: ${texts(state)}`)
        }
    }
})

test('ranges of one end that overlap what was said of it take its place, and never stand beside it', () => {
  const states = statesBetween([policed, say(1, 'return', '80-90')], [policed, say(1, 'return', '85-99')], 1)
  for (const state of states) assert.equal(state.filter(({ set }) => set === 'ingress-ports').length, 1)
})

test('a pod that becomes policed is closed on the way, and one that no policy selects any more is open at once', () => {
  const wanted = [policed, say(1, 'return'), say(2, 'return')]
  const [first, ...others] = statesBetween([], wanted, 1)
  assert.deepEqual([texts(first ?? []), passes(first ?? [], 1)], [['policed-ingress'], false])
  assert.equal(others.length, 3)
  assert.equal(passes(statesBetween(wanted, [], 1)[0] ?? [], 3), true)
})

test('a state is as far from the one before as is told, and the last is what is wanted, also where nothing differs', () => {
  const many = Array.from({ length: 10 }, (_, index) => say(index + 1, 'return'))
  assert.deepEqual(
    statesBetween([], many, 4).map(({ length }) => length),
    [4, 8, 10],
  )
  assert.deepEqual(
    statesBetween(many, [], 4).map(({ length }) => length),
    [6, 2, 0],
  )
  assert.deepEqual(statesBetween(many, many, 4), [many])
})

test('what has outlived is what was said of those of whom nothing is said any more', () => {
  const held = [policed, say(1, 'drop'), say(2, 'return', '1-9'), say(3, 'return')]
  assert.deepEqual(texts(outlived(held, [say(2, 'drop')])), texts([say(1, 'drop'), say(3, 'return')]))
  assert.deepEqual(outlived([policed], []), [])
})
