import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RE2JS } from 're2js'
import { type ExpressionProgram, expressionProgram } from './expression.ts'

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

/** Whether a program takes all of a text, as the Lua program reads it. */
const takes = ({ start, steps }: ExpressionProgram, text: string): boolean => {
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
    const [kind, next = 0, ...rest] = steps[step - 1]!
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
    const program = expressionProgram(pattern)
    for (const text of texts)
      assert.equal(takes(program, text), RE2JS.compile(pattern).matches(text), `${pattern} ${JSON.stringify(text)}`)
  }
})

test('so many expressions are remembered at once, whoever writes more of them', () => {
  const first = expressionProgram('/first')
  for (let more = 0; more < 1000; more++) expressionProgram(`/more/${more}`)
  assert.deepEqual(expressionProgram('/first'), first)
  assert.notEqual(expressionProgram('/first'), first)
})
