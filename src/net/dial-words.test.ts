import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialWords } from './dial-words.ts'

const words = (more: object) => dialWords(Object.assign(new Error('as it is'), more))

test('why nobody could be reached is told as Kubernetes’ own programs tell it', () => {
  const at = { address: '10.0.0.1', port: 443 }
  assert.equal(words({ code: 'ECONNREFUSED', ...at }), 'dial tcp 10.0.0.1:443: connect: connection refused')
  assert.equal(
    words({ code: 'ECONNREFUSED', address: '::1', port: 1 }),
    'dial tcp [::1]:1: connect: connection refused',
  )
  assert.equal(words({ code: 'EHOSTUNREACH', ...at }), 'dial tcp 10.0.0.1:443: connect: no route to host')
  assert.equal(words({ code: 'ENETUNREACH' }), 'dial tcp connect: network is unreachable')
})

test('of a name with several addresses the first says why', () => {
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 1 })
  const other = Object.assign(new Error('x'), { code: 'ENETUNREACH', address: '::1', port: 1 })
  assert.equal(
    words({ code: 'ECONNREFUSED', errors: [refused, other] }),
    'dial tcp 127.0.0.1:1: connect: connection refused',
  )
})

test('an error of another kind has no such words', () => {
  assert.deepEqual(
    [words({}), words({ code: 'EPIPE' }), words({ code: 'toString' })],
    [undefined, undefined, undefined],
  )
})
