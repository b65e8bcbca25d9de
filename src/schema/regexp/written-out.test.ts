import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { writtenOut } from './written-out.ts'

const steps = (text: string) => RE2JS.compile(text).re2Input.prog.inst.length

test('what repetitions write out is known before it is written out', () => {
  for (const [text, least, most] of [
    ['/api/v1', 7, 7],
    ['a{1000}', 1000, 1000],
    ['a{3,}b', 3, 4],
    ['a{0}', 1, 1],
    ['(ab{10}){20}', 220, 240],
    ['[a-z]{500}', 500, 500],
    ['[]a{9}]{50}', 50, 50],
    ['[[:alpha:]x]{50}', 50, 50],
    ['\\x{10FFFF}', 1, 1],
    ['\\Qa{1000}\\E', 7, 7],
    ['\\pL{10}', 200, 200],
    ['\\p{Greek}', 20, 20],
    ['a{b}', 4, 4],
    ['(?i)a', 1, 1],
    ['(?P<name>a){4}', 4, 8],
    ['(((', 0, 0],
    ['a{1000}'.repeat(700), 700_000, 700_000],
    [`${'('.repeat(9)}a${'){9}'.repeat(9)}`, 9 ** 9, Number.POSITIVE_INFINITY],
  ] as const) {
    const found = writtenOut(text)
    assert.ok(found >= least && found <= most, `${text.slice(0, 40)}: ${found}`)
  }
})

test('no expression is many times as long as what is said of it', () => {
  const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom('a', '.', '[^a-c]', '\\d', '\\pN', '\\x{e9}', '\\.', '^', '[]]', '(?i:k)', '\\Qa{2}\\E'),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => one + other),
      fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(${one}|${other})`),
      fc
        .tuple(tie('pattern'), fc.constantFrom('*', '+?', '{7}', '{3,9}', '{0,5}', '{4,}'))
        .map(([one, times]) => `(${one})${times}`),
    ),
  }))
  fc.assert(
    fc.property(pattern, (text) => {
      const [told, real] = [writtenOut(text), steps(text)]
      assert.ok(real <= 4 * told + 10, `${text}: ${told} told, ${real} steps`)
    }),
    { numRuns: 300 },
  )
})
