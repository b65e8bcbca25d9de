import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPrerequisites } from './prerequisites.ts'

test('checkPrerequisites() says that root is needed', () => {
  assert.throws(() => checkPrerequisites({ uid: 1000, path: '/usr/bin' }), { code: 'NOT_ROOT', hint: /sudo/ })
})

test('checkPrerequisites() names the missing packages and the command that brings them', () => {
  assert.throws(() => checkPrerequisites({ uid: 0, path: '/nonexistent' }), {
    code: 'MISSING_PACKAGES',
    message: /runc, conmon/,
    hint: /apt-get install .*runc conmon/,
  })
})
