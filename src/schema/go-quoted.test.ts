import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quoted, quotedList } from './go-quoted.ts'

test('texts are quoted as Go quotes them', () => {
  assert.equal(quoted('a "b" \\ \n\t'), '"a \\"b\\" \\\\ \\n\\t"')
  assert.equal(quoted('\u0007\u000b\u0000\u001b\u007f'), '"\\a\\v\\x00\\x1b\\x7f"')
  assert.equal(quoted('\b\f'), '"\\b\\f"')
  assert.equal(quoted('é'), '"é"')
  assert.equal(quotedList(['a', 'b"']), '["a" "b\\""]')
  assert.equal(quotedList([]), '[]')
})
