import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesLabels } from '#objects/label-requirement.ts'
import { requirementsOf } from '#objects/label-selector.ts'
import { event as events } from '../core/event/kind.ts'
import { node as nodes } from '../core/node/kind.ts'
import { pod as pods } from '../core/pod/kind.ts'
import { service as services } from '../core/service/kind.ts'
import type { ApiObject } from '../resource.ts'
import { matchesFields, parseFieldSelector } from './field-selector.ts'
import { formatLabelSelector, parseLabelSelector } from './label-selector.ts'

const selects = (text: string, labels: { readonly [key: string]: string }): boolean =>
  matchesLabels(parseLabelSelector(text), labels)

test('a label selector holds where all of its requirements hold', () => {
  const labels = { app: 'web', tier: 'front', n: '5' }
  for (const text of [
    '',
    'app=web',
    'app==web',
    'app = web , tier',
    'app!=db',
    'absent!=x',
    'app in (db,web)',
    'app notin (db)',
    'absent notin (x)',
    '!absent',
    'n>4,n<6',
    'app in (web),tier=front,!x',
    'app',
    'absent notin ()',
  ])
    assert.equal(selects(text, labels), true, text)
  for (const text of [
    'app=db',
    'app!=web',
    'absent',
    '!app',
    'app in (db)',
    'app notin (web)',
    'n>5',
    'app>1',
    'app=',
    'toString',
  ])
    assert.equal(selects(text, labels), false, text)
  assert.equal(selects('a=', { a: '' }), true)
  assert.equal(selects('in in (notin)', { in: 'notin' }), true)
})

test("a broken label selector is refused in Kubernetes' words", () => {
  for (const [text, message] of [
    ['a===b!', "unable to parse requirement: found '=', expected: identifier"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in b', "unable to parse requirement: found 'b', expected: '('"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a,', "found '', expected: identifier after ','"],
    ['=a', "unable to parse requirement: found '=', expected: !, identifier, or 'end of string'"],
    ['a=b c', "unable to parse requirement: found 'c', expected: ',' or 'end of string'"],
  ] as const)
    assert.throws(() => parseLabelSelector(text), { code: 'SELECTOR_SYNTAX', message })
  assert.throws(
    () => parseLabelSelector('-a=b'),
    /^SelectorError: unable to parse requirement: key: Invalid value: "-a": name part must consist/,
  )
  assert.throws(() => parseLabelSelector('a=b_'), /values\[0\]\[a\]: Invalid value: "b_": a valid label must be/)
  assert.throws(() => parseLabelSelector('a>b'), { code: 'SELECTOR_VALUE' })
})

test('LabelSelector objects become requirements and text', () => {
  const requirements = requirementsOf({
    matchLabels: { b: 'x' },
    matchExpressions: [
      { key: 'a', operator: 'In', values: ['z', 'y'] },
      { key: 'c', operator: 'DoesNotExist' },
      { key: 'd', operator: 'Exists' },
    ],
  })!
  assert.equal(formatLabelSelector(requirements), 'a in (y,z),b=x,!c,d')
  assert.deepEqual(parseLabelSelector(formatLabelSelector(requirements)), requirements)
  assert.equal(requirementsOf(undefined), undefined)
  assert.equal(matchesLabels(requirementsOf({})!, {}), true)
  assert.throws(() => requirementsOf({ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] }), {
    code: 'SELECTOR_VALUE',
  })
  assert.throws(() => requirementsOf({ matchExpressions: [{ key: 'a', operator: 'In' }] }), { code: 'SELECTOR_VALUE' })
})

const object = (rest: object): ApiObject => ({
  apiVersion: 'v1',
  kind: 'X',
  metadata: { name: 'a', namespace: 'n' },
  ...rest,
})

test('a field selector compares the fields that its kind supports', () => {
  const pod = object({ spec: { nodeName: 'n1' }, status: { phase: 'Running' } })
  const picks = (text: string): boolean => matchesFields(pods, parseFieldSelector(pods, text), pod)
  assert.equal(picks('metadata.name=a,spec.nodeName==n1,status.phase!=Failed,status.podIP='), true)
  assert.equal(picks('metadata.namespace=other'), false)
  assert.equal(picks(''), true)
  const event = object({
    involvedObject: { kind: 'Pod', name: 'a' },
    reason: 'Started',
    source: { component: 'kubelet' },
  })
  const requirements = parseFieldSelector(events, 'involvedObject.kind=Pod,source=kubelet,type!=Warning')
  assert.equal(matchesFields(events, requirements, event), true)
  assert.equal(matchesFields(nodes, parseFieldSelector(nodes, 'spec.unschedulable=false'), object({})), true)
})

test('a field that the kind cannot be selected by is refused', () => {
  assert.throws(() => parseFieldSelector(services, 'spec.nosuch=1'), {
    code: 'FIELD_UNSUPPORTED',
    message: 'field label not supported: spec.nosuch',
  })
  assert.throws(() => parseFieldSelector(nodes, 'metadata.namespace=x'), { code: 'FIELD_UNSUPPORTED' })
  const { fields: _, ...plain } = nodes
  assert.throws(() => parseFieldSelector(plain, 'spec.size=1'), {
    code: 'FIELD_UNSUPPORTED',
    message: '"spec.size" is not a known field selector: only "metadata.name", "metadata.namespace"',
  })
  assert.equal(matchesFields(plain, parseFieldSelector(plain, 'metadata.namespace=x'), object({})), false)
  assert.throws(() => parseFieldSelector(services, 'spec.type'), { code: 'SELECTOR_SYNTAX' })
  assert.throws(() => parseFieldSelector(services, 'metadata.name=a\\b'), { code: 'SELECTOR_SYNTAX' })
  assert.deepEqual(parseFieldSelector(services, 'metadata.name=a\\,b\\=c\\\\'), [
    { field: 'metadata.name', operator: '=', value: 'a,b=c\\' },
  ])
})

test('a selector is read to its requirements, sorted by key, and written as kubectl writes it', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', ''],
    [' a ', 'a'],
    ['!a', '!a'],
    ['a=b', 'a=b'],
    ['a==b', 'a==b'],
    ['a!=b', 'a!=b'],
    ['a=', 'a='],
    ['a=,b', 'a=,b'],
    ['a>1', 'a>1'],
    ['a<1', 'a<1'],
    ['b in (y , x,y)', 'b in (x,y)'],
    ['b notin ()', 'b notin ()'],
    ['b in (a,)', 'b in (,a)'],
    ['\tb\n,\ra', 'a,b'],
    ['in in (in)', 'in in (in)'],
    ['notin', 'notin'],
  ]
  for (const [text, written] of cases) assert.equal(formatLabelSelector(parseLabelSelector(text)), written, text)
  assert.deepEqual(
    parseLabelSelector('a,!b,c=d,e!=f,g in (h,i),j notin (k),l>1,m<2,n==o').map(({ operator, values }) => [
      operator,
      values,
    ]),
    [
      ['exists', []],
      ['!', []],
      ['=', ['d']],
      ['!=', ['f']],
      ['in', ['h', 'i']],
      ['notin', ['k']],
      ['gt', ['1']],
      ['lt', ['2']],
      ['==', ['o']],
    ],
  )
  const expected = "!, identifier, or 'end of string'"
  for (const [text, message] of [
    [',', `unable to parse requirement: found ',', expected: ${expected}`],
    ['(a)', `unable to parse requirement: found '(', expected: ${expected}`],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['!!a', "unable to parse requirement: found '!', expected: identifier"],
    ['!=a', `unable to parse requirement: found '!=', expected: ${expected}`],
    ['a,=', "found '=', expected: identifier after ','"],
    ['a,,', "found ',', expected: identifier after ','"],
    ['a=(', "unable to parse requirement: found '(', expected: identifier"],
    ['a!b', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    ['a toString b', "unable to parse requirement: found 'toString', expected: in, notin, =, ==, !=, gt, lt"],
    ['a(b)', "unable to parse requirement: found '(', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in', "unable to parse requirement: found '', expected: '('"],
    ['a notin ,', "unable to parse requirement: found ',', expected: '('"],
    ['a in (=)', "unable to parse requirement: found '=', expected: ',' or ')'"],
    ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ['a !b', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    ['!a=b', "unable to parse requirement: found '=', expected: ',' or 'end of string'"],
  ] as const)
    assert.throws(() => parseLabelSelector(text), { code: 'SELECTOR_SYNTAX', message }, text)
})

test('a selector of fields is read term by term, with what a backslash stands before', () => {
  const read = (text: string): unknown =>
    parseFieldSelector(pods, text).map(({ field, operator, value }) => `${field}${operator}${value}`)
  assert.deepEqual(read('metadata.name=a,metadata.namespace!=b,status.phase==c,spec.nodeName='), [
    ...['metadata.name=a', 'metadata.namespace!=b', 'status.phase=c', 'spec.nodeName='],
  ])
  assert.deepEqual(read(',metadata.name=a=b,,'), ['metadata.name=a=b'])
  assert.deepEqual(read('metadata.name=a!=b'), ['metadata.name=a!=b'])
  for (const [text, code, message] of [
    ['metadata.name', 'SELECTOR_SYNTAX', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['a,metadata.name=b', 'SELECTOR_SYNTAX', "invalid selector: 'a,metadata.name=b'; can't understand 'a'"],
    ['metadata.name=a\\', 'SELECTOR_SYNTAX', 'invalid field selector: invalid escape sequence: \\'],
    ['metadata.name=a\\x', 'SELECTOR_SYNTAX', 'invalid field selector: invalid escape sequence: \\x'],
    ['toString=a', 'FIELD_UNSUPPORTED', 'field label not supported: toString'],
    ['=a', 'FIELD_UNSUPPORTED', 'field label not supported: '],
  ] as const)
    assert.throws(() => parseFieldSelector(pods, text), { code, message })
  const bare = { apiVersion: 'v1', kind: 'Pod' } as ApiObject
  const picks = (text: string): boolean => matchesFields(pods, parseFieldSelector(pods, text), bare)
  assert.deepEqual(['metadata.name=', 'metadata.namespace=', 'spec.hostNetwork=false', 'status.phase!='].map(picks), [
    true,
    true,
    true,
    false,
  ])
})
