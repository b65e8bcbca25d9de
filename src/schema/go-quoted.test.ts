import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quoted, quotedList } from './go-quoted.ts'

test('texts are quoted as Go quotes them', () => {
  assert.equal(quoted('a "b" \\ \n\t'), '"a \\"b\\" \\\\ \\n\\t"')
  assert.equal(quoted('\u0007\u000b\u0000\u001b\u007f'), '"\\a\\v\\x00\\x1b\\x7f"')
  assert.equal(quoted('\b\f'), '"\\b\\f"')
  assert.equal(quoted('é😀 ~!'), '"é😀 ~!"')
  assert.equal(quoted('\r\u0080\u00a0\u200b\u{e0001}'), '"\\r\\u0080\\u00a0\\u200b\\U000e0001"')
  assert.equal(quoted('a\ud800b'), '"a\ufffdb"')
  assert.equal(quotedList(['a', 'b"']), '["a" "b\\""]')
  assert.equal(quotedList([]), '[]')
})
