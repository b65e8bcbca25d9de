import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolders } from './make-folders.ts'

test('makeFolders() makes what is missing with its mode, and leaves what is there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-folders-'))
  try {
    makeFolders(join(folder, 'a', 'b'), 0o700)
    for (const path of ['a', 'a/b']) assert.equal(statSync(join(folder, path)).mode & 0o777, 0o700)
    makeFolders(join(folder, 'a', 'b'), 0o755)
    assert.equal(statSync(join(folder, 'a/b')).mode & 0o777, 0o700)
    symlinkSync(join(folder, 'a'), join(folder, 'link'))
    makeFolders(join(folder, 'link', 'c'), 0o700)
    assert.ok(statSync(join(folder, 'a/c')).isDirectory())
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('makeFolders() ends with an error where there can be no folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-folders-'))
  try {
    // Node.js's own recursive mkdir never comes back from this one.
    assert.throws(() => makeFolders('/proc/fairlead/state', 0o700), { code: 'ENOENT' })
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => makeFolders(join(folder, 'file'), 0o700), { code: 'EEXIST' })
    assert.throws(() => makeFolders(join(folder, 'file', 'below'), 0o700), { code: 'ENOTDIR' })
    symlinkSync('nowhere', join(folder, 'dangling'))
    assert.throws(() => makeFolders(join(folder, 'dangling', 'below'), 0o700), { code: 'EEXIST' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
