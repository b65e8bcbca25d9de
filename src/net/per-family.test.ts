import assert from 'node:assert/strict'
import { test } from 'node:test'
import { familiesOf, ofFamily, perFamily } from './per-family.ts'

test('a list of both families, or of one, gives the text of a family, and names what it does not have', () => {
  const both = ['10.96.0.0/16', 'fd00:10:96::/112'] as const
  assert.deepEqual(familiesOf(both), ['IPv4', 'IPv6'])
  assert.equal(ofFamily(both, 'IPv4'), '10.96.0.0/16')
  assert.equal(ofFamily(both, 'IPv6'), 'fd00:10:96::/112')
  assert.equal(ofFamily(['fd00::1'], 'IPv6'), 'fd00::1')
  assert.throws(() => ofFamily(['fd00::1'], 'IPv4'), /^RangeError: fd00::1 has no IPv4$/)
})

test('a list that is made of another has its families, in its order', () => {
  const made = (texts: readonly [string, ...string[]]) => perFamily(texts, (text, family) => `${family} ${text}`)
  assert.deepEqual(made(['10.0.0.1', 'fd00::1']), ['IPv4 10.0.0.1', 'IPv6 fd00::1'])
  assert.deepEqual(made(['fd00::1']), ['IPv6 fd00::1'])
})
