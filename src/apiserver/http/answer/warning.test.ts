import assert from 'node:assert/strict'
import { validateHeaderValue } from 'node:http'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyText } from '../../testing/any-text.ts'
import { warningHeaders } from './warning.ts'

/** What a client that reads headers as UTF-8 sees between the quotes. */
const read = (header: string): string =>
  Buffer.from(/^299 - "(.*)"$/s.exec(header)![1]!, 'latin1')
    .toString()
    .replace(/\\(["\\])/g, '$1')

test('a warning is the UTF-8 of its text, with quotes and backslashes escaped and no control character', () => {
  assert.deepEqual(warningHeaders(['unknown field "spec.“smart” \\ ok"\r\nSet-Cookie: x\u0007']), [
    `299 - "unknown field \\"spec.${Buffer.from('“smart”').toString('latin1')} \\\\ ok\\" Set-Cookie: x"`,
  ])
  assert.equal(read(warningHeaders(['naïve 日本 😀'])[0]!), 'naïve 日本 😀')
})

test('a warning is sent once, an empty one never, and long ones are cut as upstream cuts them', () => {
  assert.deepEqual(warningHeaders(['a', 'a', '', ' \n']), ['299 - "a"'])
  assert.equal(read(warningHeaders(['x'.repeat(4096)])[0]!).length, 4096)
  const many = warningHeaders(Array.from({ length: 100 }, (_, index) => `${index} ${'語'.repeat(300)}`)).map(read)
  assert.equal(many.length, 16)
  assert.ok(many.every((text) => text.length === 256))
})

test('whatever the text, Node.js takes the header', () => {
  fc.assert(
    fc.property(fc.array(anyText(400), { maxLength: 30 }), (texts) => {
      for (const header of warningHeaders(texts)) validateHeaderValue('Warning', header)
    }),
  )
})
