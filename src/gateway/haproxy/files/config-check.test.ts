import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkFiles } from './config-check.ts'

test('a check that is killed is no word against the files', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const program = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return path
  }
  const files = new Map([['haproxy.cfg', 'global\n']])
  const check = (path: string) => checkFiles(path, join(folder, 'draft'), files)
  await assert.rejects(check(program('killed', 'kill -9 $$')), { code: 'CHECK_UNFINISHED' })
  assert.equal(await check(program('good', 'exit 0')), undefined)
  assert.equal(await check(program('bad', "echo '[ALERT] (1) : config : no such thing' >&2; exit 1")), 'no such thing')
})
