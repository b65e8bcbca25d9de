import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { contentId } from './content-id.ts'
import { sha256 } from './sha256.ts'

test('a name is the beginning of the SHA-256 of its text, whatever its length and its letters', () => {
  const texts = Array.from({ length: 200 }, (_, length) => 'a'.repeat(length))
  for (const text of [...texts, 'ü€𝄞'.repeat(50), '\ud800', '\0', 'x'.repeat(100_000)]) {
    const found = createHash('sha256').update(Buffer.from(text, 'utf16le').swap16()).digest('hex')
    assert.equal(sha256(text), found)
    assert.equal(contentId(text), found.slice(0, 32))
  }
})
