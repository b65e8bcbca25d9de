import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from './parse.ts'

test('what is no TypeScript is refused with the name of its file', () => {
  assert.throws(() => parse('src/net/a.ts', 'export const a = ) 1'), /^Error: src\/net\/a\.ts: \S/)
  assert.equal(parse('src/net/a.ts', 'export const a = 1').module.staticExports.length, 1)
})
