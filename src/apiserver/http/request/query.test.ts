import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTrue } from './query.ts'
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
