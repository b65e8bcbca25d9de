import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pemTexts } from './pem-text.ts'

const block = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`

test('blocks are found in their order, and what is between them is passed over', () => {
  const [one, two] = [block('CERTIFICATE', 'AAAA'), block('PRIVATE KEY', 'BBBB')]
  assert.deepEqual(pemTexts(`Subject: x\n${one}\r\nand\n${two}${one}\n`), [
    { label: 'CERTIFICATE', body: '\nAAAA\n', text: one },
    { label: 'PRIVATE KEY', body: '\nBBBB\n', text: two },
    { label: 'CERTIFICATE', body: '\nAAAA\n', text: one },
  ])
  assert.deepEqual(pemTexts(''), [])
})

test('a block without an end is none, and takes none of those behind it', () => {
  const whole = block('A', 'AAAA')
  const labels = (text: string) => pemTexts(text).map(({ label }) => label)
  assert.deepEqual(labels(`-----BEGIN B-----\n${whole}\n-----END C-----`), ['A'])
  assert.deepEqual(labels(`-----END B-----\n-----BEGIN B-----\n${whole}`), ['A'])
  assert.deepEqual(labels(`${whole}\n-----BEGIN A-----`), ['A'])
  assert.deepEqual(labels(`-----BEGIN A----------END A-----\n${whole}`), ['A', 'A'])
  // It ends at the first end of its own, whatever is in it.
  assert.deepEqual(labels(`-----BEGIN A-----\n${block('B', 'x')}\n-----END A-----\n-----END B-----`), ['A'])
})

test('bounds: however many begin, each octet is looked at a few times: the square of it would be minutes', () => {
  const found = (text: string) => pemTexts(text).length
  assert.equal(found('-----BEGIN A-----'.repeat(200_000)), 0)
  assert.equal(found(Array.from({ length: 200_000 }, (_, at) => `-----BEGIN ${at}-----`).join('')), 0)
  assert.equal(found('-----BEGIN A-----\n-----END B-----\n'.repeat(100_000)), 0)
  assert.equal(found(block('A', '').repeat(100_000)), 100_000)
})
