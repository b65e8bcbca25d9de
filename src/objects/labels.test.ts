import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteLength, labelKeyProblems, labelValueProblems } from './label-form.ts'
import { type LabelOperator, matchesLabels } from './label-requirement.ts'
import { checkedRequirement, requirementsOf } from './label-selector.ts'

const LABELS = { app: 'web', tier: 'front', n: '5', empty: '' }
const matches = (key: string, operator: LabelOperator, ...values: readonly string[]): boolean =>
  matchesLabels([{ key, operator, values }], LABELS)

test('a requirement holds as its operator says; a label that is absent satisfies !=, notin and !', () => {
  const held: readonly (readonly [string, LabelOperator, ...string[]])[] = [
    ['app', '=', 'web'],
    ['app', '==', 'web'],
    ['app', 'in', 'db', 'web'],
    ['empty', '=', ''],
    ['app', '!=', 'db'],
    ['absent', '!=', 'web'],
    ['app', 'notin', 'db'],
    ['absent', 'notin', 'web'],
    ['app', 'exists'],
    ['empty', 'exists'],
    ['absent', '!'],
    ['n', 'gt', '4'],
    ['n', 'lt', '6'],
    ['n', 'gt', '-99999999999999999999'],
  ]
  for (const one of held) assert.equal(matches(...one), true, one.join(' '))
  const not: typeof held = [
    ['app', '=', 'db'],
    ['app', '==', 'db'],
    ['absent', 'in', 'web'],
    ['app', '!=', 'web'],
    ['app', 'notin', 'db', 'web'],
    ['absent', 'exists'],
    ['toString', 'exists'],
    ['app', '!'],
    ['n', 'gt', '5'],
    ['n', 'lt', '5'],
    ['n', 'gt', '6'],
    ['app', 'gt', '1'],
    ['absent', 'lt', '1'],
  ]
  for (const one of not) assert.equal(matches(...one), false, one.join(' '))
  assert.equal(matchesLabels([{ key: 'a', operator: '!', values: [] }], undefined), true)
  const both = [
    { key: 'app', operator: '=', values: ['web'] },
    { key: 'tier', operator: '=', values: ['back'] },
  ] as const
  assert.equal(matchesLabels(both, LABELS), false, 'all of them')
})

test('a list of many values is looked through as a short one is', () => {
  for (const count of [16, 17, 300]) {
    const values = Array.from({ length: count }, (_, index) => `v${index}`)
    const requirement = [{ key: 'a', operator: 'in', values }] as const
    for (const index of [0, count - 1]) assert.equal(matchesLabels(requirement, { a: `v${index}` }), true)
    assert.equal(matchesLabels(requirement, { a: `v${count}` }), false)
  }
})

test('the requirements of a selector come in the order of their keys, with their values sorted', () => {
  const matchExpressions = [
    { key: 'c', operator: 'In', values: ['z', 'y'] },
    { key: 'a', operator: 'NotIn', values: ['x'] },
    { key: 'e', operator: 'DoesNotExist' },
    { key: 'd', operator: 'Exists' },
  ]
  assert.deepEqual(requirementsOf({ matchLabels: { b: '1' }, matchExpressions }), [
    { key: 'a', operator: 'notin', values: ['x'] },
    { key: 'b', operator: '=', values: ['1'] },
    { key: 'c', operator: 'in', values: ['y', 'z'] },
    { key: 'd', operator: 'exists', values: [] },
    { key: 'e', operator: '!', values: [] },
  ])
  assert.equal(requirementsOf(undefined), undefined)
  assert.deepEqual(requirementsOf({}), [])
})

test('a selector that cannot be read is refused in Kubernetes’ words', () => {
  const refusal = (key: string, operator: string, values?: readonly string[]): string => {
    try {
      requirementsOf({ matchExpressions: [{ key, operator, values }] })
    } catch (error) {
      return String(error)
    }
    return 'accepted'
  }
  assert.equal(refusal('a', 'Gt', ['1']), 'SelectorError: "Gt" is not a valid label selector operator')
  for (const operator of ['In', 'NotIn'])
    assert.equal(
      refusal('a', operator),
      "SelectorError: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty",
    )
  for (const operator of ['Exists', 'DoesNotExist'])
    assert.equal(
      refusal('a', operator, ['x']),
      'SelectorError: values: Invalid value: ["x"]: values set must be empty for exists and does not exist',
    )
  assert.match(
    refusal('-a', 'Exists'),
    /^SelectorError: unable to parse requirement: key: Invalid value: "-a": name part/,
  )
  assert.match(refusal('a', 'In', ['b', 'c_']), /values\[1\]\[a\]: Invalid value: "c_": a valid label must be/)
  for (const operator of ['gt', 'lt'] as const)
    for (const [values, shown] of [
      [['x'], '"x"'],
      [[], '""'],
    ] as const)
      assert.throws(() => checkedRequirement({ key: 'a', operator, values }), {
        code: 'SELECTOR_VALUE',
        message: `unable to parse requirement: values[0]: Invalid value: ${shown}: for 'Gt', 'Lt' operators, the value must be an integer`,
      })
  assert.equal(checkedRequirement({ key: 'a', operator: 'gt', values: ['7', 'x'] }).operator, 'gt')
})

const NAME = /^name part must consist of alphanumeric/
const PREFIX = /^prefix part a lowercase RFC 1123 subdomain must consist/
const KEYS: readonly (readonly [string, ...RegExp[]])[] = [
  ['app'],
  ['example.com/My_name.1'],
  [`${'a'.repeat(253)}/b`],
  ['a'.repeat(63)],
  ['a/b/c', /^a qualified name must consist/],
  ['/b', /^prefix part must be non-empty$/],
  [`${'a'.repeat(254)}/b`, /^prefix part must be no more than 253 characters$/],
  ['Example/b', PREFIX],
  ['a..b/c', PREFIX],
  ['a/', /^name part must be non-empty$/, NAME],
  ['', /^name part must be non-empty$/, NAME],
  ['a'.repeat(64), /^name part must be no more than 63 characters$/],
  ['a-', NAME],
  ['é'.repeat(32), /^name part must be no more than 63 characters$/, NAME],
]
for (const [key, ...problems] of KEYS)
  test(`what is wrong with a label's key: '${key.slice(0, 20)}' of ${key.length}`, () => {
    const found = labelKeyProblems(key)
    assert.equal(found.length, problems.length, found.join('; '))
    for (const [index, problem] of problems.entries()) assert.match(found[index]!, problem)
  })

test("a label's value may be empty, and has 63 bytes at most", () => {
  for (const value of ['', 'a', 'A_b.c-1', 'a'.repeat(63)]) assert.deepEqual(labelValueProblems(value), [])
  assert.deepEqual(labelValueProblems('a'.repeat(64)), ['must be no more than 63 characters'])
  for (const value of ['-', 'a_', 'a b']) assert.match(labelValueProblems(value)[0]!, /^a valid label must be/)
})

test('bytes are counted as UTF-8 has them', () => {
  for (const text of ['', 'a\x7f', '\x80\u07ff', '\u0800\uffff', '\u{1f980}\u{10000}', 'aé€🦀'])
    assert.equal(byteLength(text), Buffer.byteLength(text), JSON.stringify(text))
})
