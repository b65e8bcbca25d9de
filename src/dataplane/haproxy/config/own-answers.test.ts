import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ownBody } from './own-answers.ts'

test('the Lua program answers in the words by which a gateway’s own answers are known', () => {
  const program = readFileSync(new URL('../lua/answers.lua', import.meta.url), 'utf8')
  const told = [...program.matchAll(/\[(\d{3})\] = "([^"]*)"/g)]
  assert.ok(told.length > 5)
  for (const [, status, text] of told) assert.equal(ownBody(Number(status)), `${text}\n`, status)
})
