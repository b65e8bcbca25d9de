import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, ftruncateSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { test } from 'node:test'
import { libc } from '../libc.ts'
import { openSealedCopy } from './sealed-copy.ts'

test('a sealed copy runs as the program that it was made of, is no child’s, and nobody can write it', () => {
  const copy = openSealedCopy('/bin/ls')
  try {
    const path = `/proc/${process.pid}/fd/${copy}`
    assert.deepEqual(readFileSync(path), readFileSync('/bin/ls'))
    const open = execFileSync(path, ['/proc/self/fd'], { encoding: 'utf8' }).trim().split('\n')
    assert.ok(!open.includes(String(copy)), open.join())
    // F_GET_SEALS, of <linux/fcntl.h>: runc asks for these four, no fewer and no more.
    assert.equal(libc('int fcntl(int fd, int op)')(copy, 1034), 0x1 | 0x2 | 0x4 | 0x8)
    assert.throws(() => writeSync(copy, 'x', 0), { code: 'EPERM' })
    assert.throws(() => ftruncateSync(copy, 1), { code: 'EPERM' })
  } finally {
    closeSync(copy)
  }
})

test('what cannot be read is no copy, and leaves no descriptor', () => {
  const before = readdirSync('/proc/self/fd').length
  assert.throws(() => openSealedCopy('/nowhere'), { code: 'ENOENT' })
  assert.equal(readdirSync('/proc/self/fd').length, before)
})
