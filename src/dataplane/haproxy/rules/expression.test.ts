import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RE2JS } from 're2js'
import { expressionText } from './expression.ts'

const expressionProgram = (pattern: string): { start: number; steps: string; ranges: string } =>
  JSON.parse([...expressionText(pattern).lines.values()].map((line) => line.slice(1)).join(''))

/** Steps as lists: a letter and its numbers, for `.` the ranges in the place of those that stand for them. */
function stepsOf(pattern: string) {
  const { start, steps, ranges } = expressionProgram(pattern)
  const numbers = (text: string) => (text.match(/.{4}/g) ?? []).map((digits) => Number.parseInt(digits, 36))
  const list = (steps.match(/.{13}/g) ?? []).map((text): readonly (string | number)[] => {
    const [kind = ''] = text
    const [next = 0, second = 0, count = 0] = numbers(text.slice(1))
    return kind === '.'
      ? [kind, next, ...numbers(ranges.slice((second - 1) * 8, (second - 1 + count) * 8))]
      : [kind, next, second, count]
  })
  return { start, list }
}

test('an expression is a program of steps that are numbered from 1, with all characters as ranges', () => {
  assert.deepEqual(stepsOf('[b-dx]a?'), {
    start: 2,
    list: [
      ['-', 0, 0, 0],
      ['.', 4, 98, 100, 120, 120],
      ['.', 5, 97, 97],
      ['|', 3, 5, 0],
      ['!', 0, 0, 0],
    ],
  })
  assert.deepEqual(stepsOf('(.)$').list, [
    ['-', 0, 0, 0],
    ['(', 3, 3, 0],
    ['.', 4, 0, 9, 11, 0x10ffff],
    ['(', 5, 4, 0],
    ['^', 6, 8, 0],
    ['!', 0, 0, 0],
  ])
})

test('a letter that may be written in both cases is all that are the same letter', () => {
  const ranges = (pattern: string) =>
    stepsOf(pattern)
      .list.find(([kind]) => kind === '.')
      ?.slice(2)
  assert.deepEqual(ranges('(?i)a'), [65, 65, 97, 97])
  assert.deepEqual(ranges('(?i)K'), [75, 75, 107, 107, 0x212a, 0x212a])
  assert.deepEqual(ranges('(?i)µ'), [0xb5, 0xb5, 0x39c, 0x39c, 0x3bc, 0x3bc])
  assert.deepEqual(ranges('(?i)7'), [55, 55])
})

test('what many steps take is written once', () => {
  assert.equal(expressionProgram('[a-z]{1000}[0-9][a-z]').ranges.length, 2 * 8)
})

test('the same expression is the same text, which is not made twice', () => {
  assert.equal(expressionText('/same/.*'), expressionText('/same/.*'))
})

test('what is no expression after all is a program without a beginning, and throws for nobody', () => {
  assert.deepEqual(expressionProgram('('), { start: 0, steps: '', ranges: '' })
})

/** Whether a program takes all of a text, as the Lua program reads it. */
const takes = ({ start, list }: ReturnType<typeof stepsOf>, text: string): boolean => {
  const characters = Array.from(text, (character) => character.codePointAt(0)!)
  const isWord = (at: number) => /^\w$/.test(String.fromCodePoint(characters[at] ?? 0))
  const saidOf = (at: number): number => {
    const [isFirst, isLast] = [at === 0, at === characters.length]
    const [begins, ends] = [isFirst || characters[at - 1] === 10, isLast || characters[at] === 10]
    const isBorder = (!isFirst && isWord(at - 1)) !== (!isLast && isWord(at))
    return Number(begins) | (Number(ends) << 1) | (Number(isFirst) << 2) | (Number(isLast) << 3) | (isBorder ? 16 : 32)
  }
  const seen = new Set<string>()
  const from = (step: number, at: number): boolean => {
    const place = `${step} ${at}`
    if (seen.has(place)) return false
    seen.add(place)
    const [kind, next = 0, ...rest] = list[step - 1] as readonly [string, ...number[]]
    if (kind === '|') return from(next, at) || from(rest[0]!, at)
    if (kind === '(') return from(next, at)
    if (kind === '^') return (saidOf(at) & rest[0]!) === rest[0] && from(next, at)
    if (kind === '!') return at === characters.length
    const code = characters[at]
    if (kind === '-' || code === undefined) return false
    const isIn = rest.some((low, place) => place % 2 === 0 && low <= code && code <= rest[place + 1]!)
    return isIn && from(next, at + 1)
  }
  return from(start, 0)
}

test('a program takes what the expression takes, and nothing else', () => {
  const texts = [
    '',
    'a',
    'A',
    'b',
    'ab',
    'aab',
    'abab',
    'a b',
    'a\nb',
    '\n',
    '/a/1',
    '/a/12/',
    '\0',
    'ac',
    'abc',
    'ü',
    '𝄞',
    'k',
    '\u212a',
  ]
  for (const pattern of [
    ...['', 'a', 'a*', 'a+?b', '(ab)*', '(?:a|b)+', 'a{2}b', '[^a]', '[^a-z]+', '.', '.*', '(?s).', '(?s).*'],
    ...['(?i)a', '(?i)K', '(?i)[a-c]+', '^a$', '(?m)a$\\n^b', 'a\\b b', 'a\\Bb', '\\Aab\\z', '/a/\\d+/?', '(|a)b'],
    ...[
      'ü',
      '\\x{1d11e}',
      '[[:word:]]+',
      '\\pL',
      'a^b',
      '[^\\x00-\\x{10FFFF}]',
      '()',
      '(?:)a',
      '(?:a||b)b?',
      'a(?:|b)c',
      'a(?:)b',
    ],
  ]) {
    const program = stepsOf(pattern)
    for (const text of texts)
      assert.equal(takes(program, text), RE2JS.compile(pattern).matches(text), `${pattern} ${JSON.stringify(text)}`)
  }
})
