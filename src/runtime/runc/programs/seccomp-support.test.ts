import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seccompSupport } from './seccomp-support.ts'

test('a runtime that was built without filters is told by its path, and asked once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seccomp-support-'))
  const program = (name: string, text: string): string => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    return join(folder, name)
  }
  try {
    const answers = async (path: string) => await seccompSupport(() => path)()
    assert.equal(await answers(program('runc', 'printf "runc version 1.1.5\\nlibseccomp: 2.5.4\\n"')), undefined)
    assert.equal(await answers(program('crun', 'echo "+SYSTEMD +SELINUX +SECCOMP +EBPF"')), undefined)
    const bare = program('bare', `echo asked >> ${join(folder, 'asked')}; echo "runc version 1.1.5"`)
    assert.equal(await answers(bare), `seccomp is not supported: ${bare} was built without libseccomp`)
    assert.match((await answers(program('dead', 'exit 1'))) ?? '', /was built without libseccomp/)
    let looked = 0
    const ask = seccompSupport(() => {
      looked++
      return bare
    })
    assert.equal(await ask(), await ask())
    assert.equal(looked, 1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
