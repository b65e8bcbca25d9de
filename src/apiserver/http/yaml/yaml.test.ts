import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
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
  assert.equal(refusal('a: .inf'), 'YAML_VALUE line 1: JSON has no Infinity')
  assert.match(refusal('? [a]\n: b'), /^YAML_VALUE line 1: a key must be/)
  assert.match(refusal('a: 1\n---\nb: 1'), /^YAML_SYNTAX there is more than one document/)
  assert.match(refusal('<<: 1'), /^YAML_VALUE line 1: map merge requires/)
})

const rows = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => row(index)).join('\n')

test('what is too much is refused before it is read: tokens, depth, and what aliases stand for', () => {
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

test('what a library compares each with each is read in one pass: anchors, aliases, keys, merges', () => {
  const anchors = readYaml(rows(6_000, (index) => `- &a${index} x\n- *a${index}`)).value
  assert.equal((anchors as readonly unknown[]).length, 12_000)
  assert.equal(Object.keys(readYaml(rows(6_000, (index) => `k${index}: v`)).value as object).length, 6_000)
  assert.equal(Object.keys(readYaml(`{${rows(6_000, (index) => `k${index}: v,`)}}`).value as object).length, 6_000)
  assert.equal(readYaml(rows(6_000, () => 'k: v')).duplicates.length, 5_999)
  const merges = readYaml(`a: &a {x: 1}\n${rows(4_000, (index) => `k${index}:\n  <<: *a`)}`).value
  assert.equal(Object.keys(merges as object).length, 4_001)
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
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

test('what is written as YAML is read as the same JSON', () => {
  assert.equal(
    writeYaml({ kind: 'List', items: [{ a: 'yes', b: [] }, [1, [2]]], metadata: {}, text: 'two words' }),
    'items:\n- a: "yes"\n  b: []\n- - 1\n  - - 2\nkind: List\nmetadata: {}\ntext: "two words"\n',
  )
  // A reader of YAML 1.1, as many are, takes these for booleans and nothing.
  for (const word of ['y', 'N', 'yes', 'Off', 'TRUE', 'null']) assert.equal(writeYaml(word), `"${word}"\n`)
  // Numbers and dates are texts in quotes; what only begins as they do stands as it is.
  for (const number of ['12', '1.5', '1e3', '2026-01-02', '0x1f']) assert.equal(writeYaml(number), `"${number}"\n`)
  for (const word of ['10.96.0.1', '1e30ce1c-4d0f-4d6a-9b58-2f0c5b8a1f22']) assert.equal(writeYaml(word), `${word}\n`)
  fc.assert(
    fc.property(json, (value) => {
      const sent = JSON.parse(JSON.stringify(value))
      assert.deepEqual(JSON.parse(JSON.stringify(readYaml(writeYaml(sent)).value)), sent)
    }),
    { numRuns: 1000 },
  )
})
