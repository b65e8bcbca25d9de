import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { memoryJournal } from '#apiserver/storage/memory-journal.ts'
import { serve } from './served.ts'

/** Debian's own, which finds Debian's packages. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'

const missing = (): string | false => {
  try {
    execFileSync(PYTHON, ['-c', 'import kubernetes'], { stdio: 'pipe' })
    return false
  } catch {
    return 'the Debian package python3-kubernetes is not installed'
  }
}

test('the Python client that Debian has does all that its users write', { skip: missing() }, async (t) => {
  const served = await serve({ journal: memoryJournal(1000) })
  t.after(() => served.close())
  const script = join(import.meta.dirname, 'python-client.py')
  const { stdout } = await promisify(execFile)(PYTHON, [script, served.kubeconfig])
  assert.equal(stdout, 'ok\n')
})
