import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Entry } from '#routes/table/entry.ts'
import { entryTo, ruleTo, textOf } from '../testing/entries.ts'
import { decide } from './decision.ts'
import { expressionText } from './expression.ts'
import { linesOf } from './named-text.ts'
import { RuleTexts } from './rule-text.ts'

const slots = (more: Readonly<Record<string, string>> = {}) =>
  new RuleTexts(new Map(Object.entries({ one: 'http-1', two: 'http-2', three: 'http-3', ...more })))
const RULES = slots()
const slotOf = (name: string, slot = name === 'one' ? 1 : 2) => `http-${slot};HTTPRoute shop/${name} 0`
const get = (name: string, more: Partial<Entry> = {}) => entryTo(name, '/', { method: 'GET', ...more })

test('where the first entry takes all requests there is nothing to decide', () => {
  const first = entryTo('one')
  assert.equal(decide([first, get('two')], '-', RULES), RULES.of(first.rule))
  assert.deepEqual(decide([], '^*.test', RULES), { value: '^*.test' })
})

test('entries are asked in order, up to the first that takes all; else what is next', () => {
  const next = decide([get('one')], '^*.test', RULES)
  assert.match(next.value, /^![0-9a-f]{32}$/)
  assert.deepEqual(textOf(next), { candidates: [{ to: slotOf('one'), method: 'GET' }], otherwise: '^*.test' })
  assert.deepEqual(textOf(decide([get('one'), entryTo('two'), get('three')], '-', RULES)), {
    candidates: [{ to: slotOf('one'), method: 'GET' }],
    otherwise: slotOf('two'),
  })
})

test('a candidate has what its entry asks for and nothing more, header names in lower case', () => {
  const candidateOf = (path: string, more: Partial<Entry>) =>
    textOf(decide([entryTo('one', path, more)], '-', RULES)).candidates[0]
  const program = (pattern: string) => expressionText(pattern).name
  assert.deepEqual(candidateOf('~/a.*', {}), { to: slotOf('one'), path: program('/a.*') })
  assert.deepEqual(candidateOf('/', { headers: [{ name: 'X-Team', type: 'Exact', value: 'A' }] }), {
    to: slotOf('one'),
    headers: [{ name: 'x-team', type: 'Exact', value: 'A' }],
  })
  assert.deepEqual(candidateOf('=/', { query: [{ name: 'Page', type: 'RegularExpression', value: '\\d+' }] }), {
    to: slotOf('one'),
    query: [{ name: 'Page', type: 'RegularExpression', program: program('\\d+') }],
  })
})

test('texts of all rules that may take the request come along, each once', () => {
  const filtered = ruleTo('one', { filters: [{ type: 'mirror', backend: 'two', numerator: 1, denominator: 1 }] })
  const led = decide([get('one', { rule: filtered }), entryTo('one', '/', { rule: filtered })], '-', RULES)
  assert.equal(linesOf([led]).size, 2)
  const { candidates, otherwise } = textOf(led)
  assert.deepEqual([candidates[0].to, otherwise], [RULES.of(filtered).value, RULES.of(filtered).value])
  assert.equal(textOf({ ...led, value: otherwise }).name, filtered.id)
  // What stands behind an entry that takes all is never asked.
  assert.equal(linesOf([decide([get('one'), entryTo('two'), get('one', { rule: filtered })], '-', RULES)]).size, 1)
})

test('the same entries are decided once, until a slot, an entry or what is next is another', () => {
  const [first, second] = [get('one'), entryTo('two')]
  const before = decide([first, second], '-', RULES)
  assert.equal(decide([first, second], '-', slots()), before)
  assert.notEqual(decide([first, second], '-', slots({ two: 'http-9' })).value, before.value)
  assert.equal(decide([first, second], '-', RULES).value, before.value)
  assert.equal(textOf(decide([first, get('two')], '-', RULES)).otherwise, '-')
  assert.equal(textOf(decide([first], '-', RULES)).otherwise, '-')
  assert.equal(textOf(decide([first], '^', RULES)).otherwise, '^')
})
