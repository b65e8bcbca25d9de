import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs } from './duration.ts'
import { sameFault } from './fault.ts'
import { commonHostnames } from './hostname.ts'
import { Patterns, patternFault, quotedPattern } from './pattern.ts'
import { remembered, sameItems, steadyMap } from './remembered.ts'

test('of two hostnames the narrower one is common to both, whichever comes first', () => {
  for (const [one, other, common] of [
    ['', '', ''],
    ['', 'a.test', 'a.test'],
    ['', '*.test', '*.test'],
    ['a.test', 'a.test', 'a.test'],
    ['*.test', '*.test', '*.test'],
    ['*.test', 'a.test', 'a.test'],
    ['*.test', 'b.a.test', 'b.a.test'],
    ['*.test', '*.a.test', '*.a.test'],
    ['*.a.test', '*.c.b.a.test', '*.c.b.a.test'],
    ['a.test', 'b.test', undefined],
    ['*.a.test', 'a.test', undefined],
    ['*.a.test', 'b.test', undefined],
    ['*.a.test', '*.b.test', undefined],
    ['*.a.test', 'xa.test', undefined],
    ['*.a.test', '*.xa.test', undefined],
  ] as const) {
    assert.equal(commonHostnames(one, [other])[0], common, `${one} and ${other}`)
    assert.equal(commonHostnames(other, [one])[0], common, `${other} and ${one}`)
  }
})

test('a route has at a listener the names that both have, each once, or the listener’s where it has none', () => {
  assert.deepEqual(commonHostnames('*.test', []), ['*.test'])
  assert.deepEqual(commonHostnames('', []), [''])
  assert.deepEqual(commonHostnames('*.test', ['b.test', 'a.other', 'a.test']), ['b.test', 'a.test'])
  assert.deepEqual(commonHostnames('a.test', ['*.test', 'a.test', 'b.test']), ['a.test'])
  assert.deepEqual(commonHostnames('a.test', ['b.test']), [])
})

test('durations are of hours, minutes, seconds and milliseconds', () => {
  for (const [text, ms] of [
    ['0s', 0],
    ['1h', 3_600_000],
    ['2m', 120_000],
    ['3s', 3000],
    ['4ms', 4],
    ['1h2m3s4ms', 3_723_004],
    ['99999ms', 99_999],
    ['1m30s', 90_000],
    ['', undefined],
    ['1', undefined],
    ['1d', undefined],
    ['1.5s', undefined],
    ['-1s', undefined],
    ['100000s', undefined],
    ['1h1m1s1ms1s', undefined],
    [' 1s', undefined],
  ] as const)
    assert.equal(durationMs(text), ms, text)
})

test('a regular expression is one of RE2, and quoted text takes itself alone', () => {
  assert.equal(patternFault('/a[0-9]+'), undefined)
  assert.equal(patternFault('/a[0-9]+'), undefined)
  assert.match(patternFault('(') ?? '', /missing/)
  assert.match(patternFault('(?=a)') ?? '', /.+/)
  assert.match(patternFault('(?=a)') ?? '', /.+/)
  // All that is in RE2's syntax, whatever other engines think of it.
  for (const plain of ['/\\Qa.b\\E', '/[^\\x{1F600}]', '/[[:alpha:]-]', '/\\pL+', '(?i)é', '()'.repeat(300)])
    assert.equal(patternFault(plain), undefined, plain)
  // Short to write, long to hold against.
  assert.equal(patternFault('(abcdef){600}'), undefined)
  assert.match(patternFault('(abcdef){900}') ?? '', /^it is one of 7202 steps, and has to be one of 5000 at most$/)
  assert.equal(patternFault('\\pL{10}'), undefined)
  assert.match(patternFault('\\pL{100}') ?? '', /^its steps take too many ranges of characters/)
  // Shorter to write than to write out, and longer than anybody writes.
  assert.match(patternFault('a{1000}'.repeat(700)) ?? '', /^it is one of some 700000 steps, and has to be one of 5000 /)
  assert.match(patternFault('a'.repeat(10_001)) ?? '', /^it is of 10001 letters, and may be of 10000$/)
  assert.equal(patternFault('|a'.repeat(5000)), undefined)
  const hard = 'a.b*c+d?(e)[f]{g}^h$i|j\\k'
  assert.match(hard, new RegExp(`^${quotedPattern(hard)}$`))
  assert.doesNotMatch('axb', new RegExp(`^${quotedPattern('a.b')}$`))
})

test('the expressions of an object have a bound together, those of another one their own', () => {
  const patterns = new Patterns()
  // Each is long, and another text.
  const faults = Array.from({ length: 20 }, (_, number) => patterns.fault(`\\pL{10}${number}`))
  const taken = faults.filter((fault) => fault === undefined).length
  assert.ok(taken > 5 && taken < 20, `${taken}`)
  assert.match(faults.at(-1) ?? '', /^the expressions of its object before it/)
  assert.equal(patterns.fault('a')?.startsWith('the expressions'), true)
  assert.equal(new Patterns().fault('a'), undefined)
  // Those that are refused count, too.
  const refused = new Patterns()
  for (let number = 0; number < 23; number++)
    assert.match(refused.fault(`(${'a'.repeat(9000)}${number}`) ?? '', /missing/)
  assert.match(refused.fault('a') ?? '', /^the expressions of its object before it/)
  // What is right alone may be wrong inside, and the other way round.
  assert.match(new Patterns().fault('a)|(b', '(?:a)|(b)') ?? '', /./)
  assert.match(new Patterns().fault('\\Qa', '(?:\\Qa)') ?? '', /missing/)
  // What is long without any ranges counts as well.
  const plain = new Patterns()
  const long = Array.from({ length: 20 }, (_, number) => plain.fault(`(abcdef){600}${number}`))
  assert.equal(long[0], undefined)
  assert.match(long.at(-1) ?? '', /^the expressions of its object before it/)
  // As many as people write are within it.
  const many = new Patterns()
  for (let number = 0; number < 1000; number++) assert.equal(many.fault(`(?i:/items/${number}/[^/]+).*`), undefined)
})

test('a map stays the same one as long as another has the same in it', () => {
  const steady = steadyMap<string, number>()
  const first = steady(new Map([['a', 1]]))
  assert.equal(steady(new Map([['a', 1]])), first)
  for (const other of [
    new Map([['a', 2]]),
    new Map([['b', 2]]),
    new Map([
      ['b', 2],
      ['c', 3],
    ]),
    new Map(),
  ])
    assert.equal(steady(other), other)
})

test('what is remembered is computed anew only where something that it depends on is another', () => {
  let asked = 0
  const sum = remembered((key: { readonly n: number }, ...more: readonly number[]) => {
    asked++
    return more.reduce((total, one) => total + one, key.n)
  })
  const key = { n: 1 }
  assert.deepEqual([sum(key, 2), sum(key, 2), asked], [3, 3, 1])
  assert.deepEqual([sum(key, 3), sum({ n: 1 }, 2), asked], [4, 3, 3])
  assert.deepEqual([sum(key, 3, 1), sum(key), asked], [5, 1, 5])
})

test('two lists are the same where their items are, in order', () => {
  const one = {}
  assert.deepEqual(
    [
      sameItems([], []),
      sameItems([one, 1], [one, 1]),
      sameItems([one], [{}]),
      sameItems([1], [1, 2]),
      sameItems([1, 2], [2, 1]),
    ],
    [true, true, false, false, false],
  )
})

test('faults are the same where they say the same', () => {
  const fault = { reason: 'R', message: 'm' }
  assert.equal(sameFault(fault, { ...fault }), true)
  assert.equal(sameFault(fault, { ...fault, reason: 'S' }), false)
  assert.equal(sameFault(fault, { ...fault, message: 'n' }), false)
  assert.equal(sameFault(fault, undefined), false)
  assert.equal(sameFault(undefined, undefined), true)
})
