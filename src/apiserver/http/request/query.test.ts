import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPretty, isTrue } from './query.ts'
import { requestInfo } from './request-info.ts'

test('of a flag in a query only absence, 0 and false in any case are false', () => {
  for (const value of [null, '0', 'false', 'False', 'FALSE']) assert.equal(isTrue(value), false, String(value))
  for (const value of ['', '1', 'true', 'True', 'TRUE', 'yes', 't', '00', 'no'])
    assert.equal(isTrue(value), true, value)
})

test('a collection is watched by watch=True, as the Python client asks, and listed by watch=False', () => {
  const verbOf = (query: string): string => requestInfo('GET', '/api/v1/pods', new URLSearchParams(query)).verb
  for (const query of ['watch', 'watch=1', 'watch=true', 'watch=True', 'watch=yes'])
    assert.equal(verbOf(query), 'watch')
  for (const query of ['', 'watch=0', 'watch=false', 'watch=False']) assert.equal(verbOf(query), 'list')
})

test('pretty is read as Go reads a boolean', () => {
  const pretty = (query: string): boolean => isPretty(new URLSearchParams(query))
  for (const query of ['pretty=1', 'pretty=true', 'pretty=True', 'pretty=t']) assert.equal(pretty(query), true)
  for (const query of ['', 'pretty', 'pretty=0', 'pretty=false', 'pretty=yes']) assert.equal(pretty(query), false)
})
