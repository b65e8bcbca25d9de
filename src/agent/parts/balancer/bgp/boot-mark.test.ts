import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { markBoot } from './boot-mark.ts'

test('who comes to a machine that was not started anew knows that one was here before', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-boot-mark-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const errors: unknown[] = []
  const mark = (boot: string, at = folder) => markBoot(at, boot, (error) => errors.push(error))
  assert.deepEqual([mark('one'), mark('one'), mark('two'), mark('two')], [false, true, false, true])
  assert.deepEqual([mark('one', join(folder, 'none')), errors.length], [false, 1])
})
