import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StorageError } from '../storage-error.ts'
import { decodeContinue, encodeContinue } from './continue-token.ts'

const tokenOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const refusal = (token: string): string => {
  try {
    decodeContinue(token)
  } catch (error) {
    assert.ok(error instanceof StorageError && error.code === 'CONTINUE_INVALID')
    return error.message
  }
  return ''
}

test('a token is the one that Kubernetes gives', () => {
  const token = encodeContinue({ revision: 376, after: '10.96.105.213' })
  assert.equal(token, 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6Mzc2LCJzdGFydCI6Ii8xMC45Ni4xMDUuMjEzXHUwMDAwIn0')
  assert.deepEqual(decodeContinue(token), { revision: 376, after: '10.96.105.213' })
  const now = { revision: undefined, after: 'default/a' }
  assert.deepEqual(decodeContinue(encodeContinue(now)), now)
})

test('what is no token, or leads out of its list, is refused in the words of Kubernetes', () => {
  const v = 'meta.k8s.io/v1'
  for (const [token, why] of [
    ['no token!', 'continue key is not valid: illegal base64 data at input byte 2'],
    ['eyJ2I', 'continue key is not valid: illegal base64 data at input byte 4'],
    [
      tokenOf({ v: 'v2', rv: 1, start: 'a' }),
      'continue key is not valid: server does not recognize this encoded version v2',
    ],
    [
      tokenOf({ v, start: 'a' }),
      'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
    ],
    [tokenOf({ v, rv: 5 }), 'continue key is not valid: encoded start key empty (version meta.k8s.io/v1)'],
    [tokenOf({ v, rv: 5, start: '/a/../../b' }), 'continue key is not valid: /a/../../b'],
    [tokenOf({ v, rv: 5, start: '../b' }), 'continue key is not valid: ../b'],
  ] as const)
    assert.equal(refusal(token), `invalid continue token: ${why}`)
  for (const token of [tokenOf(null), tokenOf(5), tokenOf([]), tokenOf({ v, rv: 1.5, start: 'a' }), 'e30x'])
    assert.match(refusal(token), /^invalid continue token: /)
})
