import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { sharing } from './sharing.ts'

/** Alike more often than by chance. */
const value = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(null, true, 0, 1, '', 'a', 2n ** 60n, undefined),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json

test('what is shared is what was to be, and the old state itself where nothing differs', () => {
  fc.assert(
    fc.property(value, value, (next, previous) => {
      const [was, before] = [structuredClone(next), structuredClone(previous)]
      const shared = sharing(next, previous)
      assert.deepStrictEqual(shared, was)
      assert.deepStrictEqual(next, was)
      assert.deepStrictEqual(previous, before)
      const hasProto = JSON.stringify([next], (_, v) => (typeof v === 'bigint' ? String(v) : v)).includes('__proto__')
      if (!hasProto) assert.equal(shared === previous, isDeepStrictEqual(next, previous))
    }),
    { numRuns: 2000 },
  )
})

test('parts that are the same are held once', () => {
  const previous = { spec: { ports: [{ port: 80 }, { port: 81 }], more: { a: 1 } }, labels: { a: 'b' } }
  const next = { spec: { ports: [{ port: 80 }, { port: 82 }], more: { a: 1 } }, labels: { a: 'b' } }
  const shared = sharing(next, previous)
  assert.equal(shared.labels, previous.labels)
  assert.equal(shared.spec.more, previous.spec.more)
  assert.equal(shared.spec.ports[0], previous.spec.ports[0])
  assert.equal(shared.spec.ports[1], next.spec.ports[1])
  assert.equal(sharing(structuredClone(previous), previous), previous)
})
