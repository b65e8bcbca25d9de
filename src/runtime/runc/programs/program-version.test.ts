import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkVersion } from './program-version.ts'
import { versionAsker } from './said-version.ts'

test('a program that is too old is refused with both versions, and one that is not, or says nothing, is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-version-'))
  const saying = (text: string): string => {
    const path = join(folder, 'program')
    writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`, { mode: 0o755 })
    return path
  }
  try {
    for (const text of [
      'runc version 1.1.5+ds1',
      'runc version 1.2.0',
      'conmon version 2.1.6\ncommit: x',
      'who knows',
      '',
    ])
      await checkVersion(versionAsker(), saying(text), '1.1.0')
    for (const [text, shown] of [
      ['runc version 1.0.0~rc93', '1.0.0'],
      ['runc version 0.9.9', '0.9.9'],
      ['runc version 1.0', '1.0.0'],
    ] as const)
      await assert.rejects(checkVersion(versionAsker(), saying(text), '1.1.0'), {
        code: 'RUNTIME_PROGRAM_OLD',
        message: new RegExp(`is of version ${shown.replaceAll('.', '\\.')}, and 1\\.1\\.0 or later is needed`),
      })
    await assert.rejects(checkVersion(versionAsker(), join(folder, 'none'), '1.1.0'), {
      code: 'RUNTIME_PROGRAM_MISSING',
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
