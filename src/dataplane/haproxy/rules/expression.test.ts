import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expressionProgram } from './expression.ts'

test('an expression is a program of steps that are numbered from 1, with all characters as ranges', () => {
  assert.deepEqual(expressionProgram('[b-dx]a?'), {
    start: 2,
    steps: [['-'], ['.', 4, 98, 100, 120, 120], ['.', 5, 97, 97], ['|', 3, 5], ['!']],
  })
  assert.deepEqual(expressionProgram('(.)$'), {
    start: 2,
    steps: [['-'], ['(', 3, 3], ['.', 4, 0, 9, 11, 0x10ffff], ['(', 5, 4], ['^', 6, 8], ['!']],
  })
})

test('a letter that may be written in both cases is all that are the same letter', () => {
  const ranges = (pattern: string) =>
    expressionProgram(pattern)
      .steps.find(([kind]) => kind === '.')
      ?.slice(2)
  assert.deepEqual(ranges('(?i)a'), [65, 65, 97, 97])
  assert.deepEqual(ranges('(?i)K'), [75, 75, 107, 107, 0x212a, 0x212a])
  assert.deepEqual(ranges('(?i)µ'), [0xb5, 0xb5, 0x39c, 0x39c, 0x3bc, 0x3bc])
  assert.deepEqual(ranges('(?i)7'), [55, 55])
})

test('the same expression is the same program, which is not made twice', () => {
  assert.equal(expressionProgram('/same/.*'), expressionProgram('/same/.*'))
})

test('what is no expression after all is a program without a beginning, and throws for nobody', () => {
  assert.deepEqual(expressionProgram('('), { start: 0, steps: [] })
})
