import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { toldVersion } from './told-version.ts'

test('a version is what runc says of itself, asked until it has told once; nothing is told for one that is silent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'told-version-'))
  const runc = join(folder, 'runc')
  const write = (text: string): void => writeFileSync(runc, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  try {
    let isThere = false
    const version = toldVersion(() => {
      if (!isThere) throw new Error('no runc')
      return runc
    })
    assert.equal(await version(), undefined)
    isThere = true
    write('exit 1')
    assert.equal(await version(), undefined)
    write('echo runc version 1.1.5+ds1; echo commit: 1; echo spec: 1.0.2-dev')
    assert.equal(await version(), '1.1.5+ds1')
    rmSync(runc)
    assert.equal(await version(), '1.1.5+ds1')
    assert.equal(await toldVersion(() => join(folder, 'none'))(), undefined)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
