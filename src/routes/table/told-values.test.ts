import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutValues } from './told-values.ts'

const told = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(
      value,
      withoutValues((text) => `<${text.length}>`),
    ),
  )

test('values of headers and parameters are not told, whether they are asked for or written', () => {
  const named = [{ name: 'x-token', type: 'Exact', value: 'secret' }]
  const hidden = [{ name: 'x-token', type: 'Exact', value: '<6>' }]
  for (const list of ['headers', 'query', 'set', 'add']) assert.deepEqual(told({ [list]: named }), { [list]: hidden })
  assert.deepEqual(told({ rules: [{ filters: [{ type: 'requestHeaders', set: named, add: [], remove: ['x'] }] }] }), {
    rules: [{ filters: [{ type: 'requestHeaders', set: hidden, add: [], remove: ['x'] }] }],
  })
})

test('what is digested is always a text', () => {
  assert.deepEqual(told({ set: [{ name: 'a', value: 1234 }] }), { set: [{ name: 'a', value: '<4>' }] })
})

test('all else is told as it is', () => {
  const rest = {
    path: { type: 'Prefix', value: '/a' },
    remove: [{ value: 'x' }],
    set: ['x', null, 7, { name: 'x' }],
    headers: { value: 'x' },
  }
  assert.deepEqual(told(rest), rest)
})
