import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { shownFolder } from './host-folders.ts'

test('shownFolder() knows what lies in the folders of programs, also what is not there yet and what a link leads to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-shown-'))
  try {
    symlinkSync('/usr/share', join(folder, 'link'))
    assert.equal(shownFolder('/usr/share'), '/usr/share')
    assert.equal(shownFolder('/usr/share/not/there/yet'), '/usr/share')
    assert.equal(shownFolder(join(folder, 'link/new')), '/usr/share')
    assert.match(shownFolder('/bin/x') ?? '', /^\/(usr\/)?bin$/)
    for (const path of ['/', '/usr', '/usr/local/x', '/usr/shared', '/opt/x', '/srv', folder, '/no/such/folder'])
      assert.equal(shownFolder(path), undefined, path)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
