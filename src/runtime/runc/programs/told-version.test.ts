import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { toldVersion } from './told-version.ts'

test('a version is what runc says of itself, asked until it has told once, and again of another one; one that is silent tells nothing', async () => {
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
    // Another one is there.
    write('echo "runc version 1.2.0"')
    assert.equal(await version(), '1.2.0')
    assert.equal(await toldVersion(() => join(folder, 'none'))(), undefined)
    const asks = join(folder, 'asks')
    write(`echo asked >>'${asks}'; sleep 0.1; echo runc version 1.3.0`)
    const several = toldVersion(() => runc)
    assert.deepEqual(await Promise.all([several(), several(), several()]), ['1.3.0', '1.3.0', '1.3.0'])
    assert.equal(await several(), '1.3.0')
    assert.equal(readFileSync(asks, 'utf8'), 'asked\n', 'once for all nodes')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
