import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unexcused } from './exceptions.ts'

const check = { name: 'sizes' }
const long = { subject: 'src/a.ts', message: '400 lines' }
const inside = { subject: 'src/a.ts: name', message: 'nobody imports it' }

test('a fault with a reason is excused, by its own subject or by the path that it is in', () => {
  assert.deepEqual(unexcused(check, [long], { sizes: { 'src/a.ts': 'a table' } }), [])
  assert.deepEqual(unexcused(check, [inside], { sizes: { 'src/a.ts': 'a table' } }), [])
  assert.deepEqual(unexcused(check, [long], { unused: { 'src/a.ts': 'a table' } }), [long])
  assert.deepEqual(unexcused(check, [long], { sizes: { 'src/a.ts: name': 'a table' } }).at(0), long)
})

test('an exception that excuses nothing is a fault, and so is one without a reason', () => {
  assert.match(unexcused(check, [], { sizes: { 'src/a.ts': 'a table' } })[0]!.message, /no longer needs its exception/)
  assert.match(unexcused(check, [long], { sizes: { 'src/a.ts': ' ' } })[0]!.message, /without a reason/)
})
