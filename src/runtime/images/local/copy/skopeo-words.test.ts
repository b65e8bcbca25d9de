import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyError, wordsOf } from './skopeo-words.ts'

const log = (message: string) => `time="2026-01-02T03:04:05Z" level=fatal msg="${message}"\n`

test('of what skopeo writes, the reason is kept, and not what was asked for', () => {
  const words = wordsOf(
    `Getting image source signatures\n${log('initializing source docker://h/x:1: it \\"broke\\"\\nbadly')}`,
  )
  assert.equal(words, 'it "broke" badly')
  assert.equal(wordsOf('panic: oh\n'), 'panic: oh')
})

test('of a registry that has a great deal to say, the beginning is told', () => {
  const errors = Array.from({ length: 1500 }, () => `manifest unknown ${'B'.repeat(500)}`).join('; ')
  const words = wordsOf(log(`reading manifest 1 in h/x: ${errors}`))
  assert.match(words, /^reading manifest 1 in h\/x: manifest unknown B+; .*B…$/)
  assert.equal(words.length, 2001)
  assert.equal(copyError('h/x:1', words).code, 'IMAGE_UNKNOWN')
})

test('each failure has a code, and says what to do where that is not plain', () => {
  const cases: readonly (readonly [words: string, code: string, hint?: RegExp])[] = [
    ['reading manifest 1 in h/x: manifest unknown: manifest unknown', 'IMAGE_UNKNOWN'],
    [
      'reading manifest latest in docker.io/library/x: requested access to the resource is denied',
      'IMAGE_DENIED',
      /imagePullSecrets, fairlead image pull/,
    ],
    ['unauthorized: authentication required', 'IMAGE_DENIED', /imagePullSecrets/],
    [
      'pinging container registry h: Get \\"https://h/v2/\\": dial tcp: lookup h: no such host',
      'IMAGE_UNREACHABLE',
      /image load/,
    ],
    ['Get \\"https://h/v2/\\": dial tcp 10.0.0.1:443: connect: connection refused', 'IMAGE_UNREACHABLE', /image load/],
    [
      'Get \\"https://h/v2/\\": http: server gave HTTP response to HTTPS client',
      'IMAGE_UNREACHABLE',
      /fairlead up or fairlead image pull.*: --insecure-registry h\)/,
    ],
    [
      'Get \\"https://h/v2/\\": x509: certificate signed by unknown authority',
      'IMAGE_UNREACHABLE',
      /fairlead up or fairlead image pull.*: --insecure-registry h\)/,
    ],
    ['writing blob: storing blob to file: write /x: no space left on device', 'IMAGE_DISK_FULL', /prune/],
    [
      'choosing image instance: no image found in manifest list for architecture amd64',
      'IMAGE_FOREIGN',
      /other machines/,
    ],
    ['writing blob: Digest did not match, expected sha256:a, got sha256:b', 'IMAGE_CORRUPT'],
    ['committing the finished image: unexpected EOF', 'IMAGE_CORRUPT'],
  ]
  for (const [words, code, hint = /^/] of cases) {
    const error = copyError('h/x:1', wordsOf(log(words)))
    assert.equal(error.code, code, words)
    assert.match(error.message, /image 'h\/x:1'/)
    assert.match(error.message, hint)
  }
  assert.match(copyError('x', '').message, /killed/)
})
