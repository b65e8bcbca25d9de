import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyText } from '../../testing/any-text.ts'
import { readYaml, YamlError } from './read-yaml.ts'
import { writeYaml } from './write-yaml.ts'

const refusal = (text: string): string => {
  try {
    readYaml(text)
  } catch (error) {
    assert.ok(error instanceof YamlError, String(error))
    return `${error.code} ${error.message}`
  }
  throw new assert.AssertionError({ message: 'it was read' })
}

test('YAML is read as JSON, with aliases where they stand and merged maps', () => {
  assert.deepEqual(readYaml('a: &x {b: 1, c: [true, null, "t", 1.5]}\nd: *x\ne:\n  <<: *x\n  b: 2\n').value, {
    a: { b: 1, c: [true, null, 't', 1.5] },
    d: { b: 1, c: [true, null, 't', 1.5] },
    e: { b: 2, c: [true, null, 't', 1.5] },
  })
  assert.deepEqual(readYaml('1: a\ntrue: b\n"__proto__": c').value, JSON.parse('{"1":"a","true":"b","__proto__":"c"}'))
  assert.equal(readYaml('').value, null)
})

test('an alias means the last anchor of its name before it', () => {
  assert.deepEqual(readYaml('- &a 1\n- *a\n- &a 2\n- *a').value, [1, 1, 2, 2])
})

test('the last of two equal keys counts, and both are told of', () => {
  assert.deepEqual(readYaml('a: 1\nb:\n  c: 1\n  c: 2\na: 3'), {
    value: { a: 3, b: { c: 2 } },
    duplicates: ['line 4: key "c" already set in map', 'line 5: key "a" already set in map'],
  })
})

test('what is no YAML, or no JSON, is refused with its line', () => {
  assert.match(refusal('a: 1\nb: c: d'), /^YAML_SYNTAX line 2: /)
  assert.equal(refusal('a: 1\nb: *c'), "YAML_VALUE line 2: unknown anchor 'c' referenced")
  assert.equal(refusal('a: &a\n  b: *a'), "YAML_VALUE line 2: anchor 'a' value contains itself")
  assert.equal(refusal('&a [*a]'), "YAML_VALUE line 1: anchor 'a' value contains itself")
  assert.deepEqual(readYaml('a: "9223372036854775807"\nb: 9007199254740992\nc: 9223372036854775807').value, {
    a: '9223372036854775807',
    b: 9007199254740992,
    c: 9223372036854775807n,
  })
  assert.equal(refusal('a: .inf'), 'YAML_VALUE line 1: JSON has no Infinity')
  assert.match(refusal('? [a]\n: b'), /^YAML_VALUE line 1: a key must be/)
  assert.match(refusal('a: 1\n---\nb: 1'), /^YAML_SYNTAX there is more than one document/)
  assert.match(refusal('<<: 1'), /^YAML_VALUE line 1: map merge requires/)
})

const rows = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => row(index)).join('\n')

test('bounds: what is too much is refused before it is read: tokens, depth, and what aliases stand for', () => {
  assert.match(refusal(rows(100_000, (index) => `- &a${index} x`)), /^YAML_TOO_LARGE it has more than 200000 tokens/)
  assert.match(refusal('['.repeat(100_000)), /^YAML_TOO_LARGE it nests deeper than 500/)
  assert.match(refusal('- '.repeat(100_000)), /^YAML_TOO_LARGE it nests deeper than 500/)
  assert.match(refusal(rows(5000, (index) => `${' '.repeat(index)}a:`)), /^YAML_TOO_LARGE it nests deeper than 500/)
  const laughs = rows(
    10,
    (index) =>
      `a${index}: &a${index} [${Array(10)
        .fill(index === 0 ? 'x' : `*a${index - 1}`)
        .join(', ')}]`,
  )
  assert.match(refusal(laughs), /^YAML_TOO_LARGE it has more than 200000 values/)
  assert.match(
    refusal(`- &a ${'x'.repeat(1 << 20)}\n- *a\n- *a\n- *a`),
    /^YAML_TOO_LARGE it has more than 3145728 char/,
  )
})

test('bounds: what a library compares each with each is read in one pass: anchors, aliases, keys, merges', () => {
  const anchors = readYaml(rows(6_000, (index) => `- &a${index} x\n- *a${index}`)).value
  assert.equal((anchors as readonly unknown[]).length, 12_000)
  assert.equal(Object.keys(readYaml(rows(6_000, (index) => `k${index}: v`)).value as object).length, 6_000)
  assert.equal(Object.keys(readYaml(`{${rows(6_000, (index) => `k${index}: v,`)}}`).value as object).length, 6_000)
  assert.equal(readYaml(rows(6_000, () => 'k: v')).duplicates.length, 5_999)
  const merges = readYaml(`a: &a {x: 1}\n${rows(4_000, (index) => `k${index}:\n  <<: *a`)}`).value
  assert.equal(Object.keys(merges as object).length, 4_001)
})

const text = fc.oneof(
  anyText(20),
  fc.constantFrom(
    '',
    'yes',
    'Null',
    '~',
    '1e3',
    '0x1',
    '2026-01-01',
    '- a',
    'a: b',
    '# a',
    '*a',
    '&a',
    '!a',
    '|',
    '\n',
    ' a',
    '\u2028',
    '\ufeff',
    '=',
    '<<',
  ),
)
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(text, tie('json'), { maxKeys: 4 }),
  ),
}))

test('YAML is written as Kubernetes writes it', () => {
  assert.equal(
    writeYaml({ kind: 'List', items: [{ a: 'yes', b: [] }, [1, [2]]], metadata: {}, text: 'two words' }),
    'items:\n- a: "yes"\n  b: []\n- - 1\n  - - 2\nkind: List\nmetadata: {}\ntext: two words\n',
  )
  for (const [text, written] of [
    // What a reader would take for something else.
    ...[
      'y',
      'N',
      'yes',
      'Off',
      'TRUE',
      'null',
      '',
      '~',
      '222',
      '-1',
      '0x1f',
      '1_000',
      '1.5',
      '1e3',
      '.5',
      '.inf',
      '1:30',
    ],
    ...['2026-11-26T02:18:30Z', '2026-11-26', '0b1', '0o7'],
  ]
    .map((text) => [text, `"${text}"`])
    .concat([
      ['496102b9-6619-477f-a6e9-f2e63003f186', '496102b9-6619-477f-a6e9-f2e63003f186'],
      ...['1.2.3', '10.96.0.1', '100m', 'a:b', 'yEs', '-a', 'fd00::1', '1Gi', 'a #b'.replace(' ', '')].map((one) => [
        one,
        one,
      ]),
      ['*', "'*'"],
      ['a: b', "'a: b'"],
      ['a:', "'a:'"],
      ['a #b', "'a #b'"],
      ["it's: so", "'it''s: so'"],
      ['- a', "'- a'"],
      ['{a}', "'{a}'"],
      [' a', "' a'"],
      ['a ', "'a '"],
      ['a\tb', '"a\\tb"'],
      ['a\u{1f600}', '"a\\U0001F600"'],
      ['\x7f\xa0é', '"\\x7F\xa0é"'],
      ['a\nb', '|-\n  a\n  b'],
      ['a\n\n  b\n', '|\n  a\n\n    b'],
      ['a\n\n', '|+\n  a\n'],
      [' a\nb', '|2-\n   a\n  b'],
      ['a \nb', '"a \\nb"'],
    ]))
    assert.equal(writeYaml(text), `${written}\n`)
  assert.equal(writeYaml({ a: { 'b c': 'x\ny', '1': 1 } }), 'a:\n  "1": 1\n  b c: |-\n    x\n    y\n')
})

test('a long text is broken past the 80th column where a single space stands', () => {
  const words = Array.from({ length: 30 }, (_, at) => `word${at}`).join(' ')
  const plain = writeYaml({ spec: { text: words } }).split('\n')
  assert.deepEqual(plain.slice(0, 3), [
    'spec:',
    '  text: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11',
    '    word12 word13 word14 word15 word16 word17 word18 word19 word20 word21 word22 word23',
  ])
  assert.match(writeYaml([`: ${words}`]), /^- ': word0 .* word12\n {2}word13 /)
  assert.match(writeYaml([`\t${words}`]), /^- "\\tword0 .* word12\n {2}word13 /)
})

test('what is written as YAML is read as the same JSON', () => {
  const long = fc.array(fc.constantFrom('a', ' ', '  ', '\n', ':', ' #', "'", '"', 'word'.repeat(8), '\t', '-'), {
    maxLength: 30,
  })
  const texts = long.map((parts) => parts.join(''))
  const values = fc.oneof(json, texts, fc.array(texts), fc.dictionary(texts, texts))
  fc.assert(
    fc.property(values, (value) => {
      const sent = JSON.parse(JSON.stringify(value))
      assert.deepEqual(JSON.parse(JSON.stringify(readYaml(writeYaml(sent)).value)), sent)
    }),
    { numRuns: 1000 },
  )
})
