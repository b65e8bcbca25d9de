import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sealedProgram } from './sealed-program.ts'

test('a binary is started by a copy that nobody can write, made once, and again where another one lies at its path', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealed-program-'))
  const [binary, script, none] = ['binary', 'script', 'none'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  try {
    copyFileSync('/bin/echo', binary)
    writeFileSync(script, '#!/bin/sh\necho script\n', { mode: 0o755 })
    // FFI is loaded with the first.
    await sealedProgram('/bin/cat')
    const before = readdirSync('/proc/self/fd').length
    // Containers are made several at once.
    const [first, ...others] = await Promise.all([binary, binary, binary].map(sealedProgram))
    assert.ok(first !== undefined)
    assert.deepEqual(others, [first, first])
    assert.equal(readdirSync('/proc/self/fd').length, before + 1)
    assert.match(first, new RegExp(`^/proc/${process.pid}/fd/\\d+$`))
    assert.equal(execFileSync(first, ['words'], { encoding: 'utf8' }), 'words\n')
    assert.throws(() => appendFileSync(first, 'more'), { code: 'EPERM' })
    const open = readdirSync('/proc/self/fd').length
    assert.equal(await sealedProgram(binary), first)
    assert.equal(readdirSync('/proc/self/fd').length, open)
    rmSync(binary)
    copyFileSync('/bin/true', binary)
    const second = await sealedProgram(binary)
    assert.notEqual(second, first)
    assert.equal(execFileSync(second, ['words'], { encoding: 'utf8' }), '')
    assert.deepEqual([await sealedProgram(script), await sealedProgram(none)], [script, none])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
