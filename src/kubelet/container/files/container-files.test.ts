import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { logPath, messageFolder, messagePath, pruneAttempts } from './container-files.ts'

const quiet = { log: (message: string) => assert.fail(message) }

test('what cannot be removed of an attempt is told, and ends nobody', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-attempts-'))
  try {
    // No way leads below a link to itself.
    symlinkSync('logs', join(folder, 'logs'))
    const told: string[] = []
    pruneAttempts({ log: (message) => told.push(message) }, { dir: folder, logDir: join(folder, 'logs') }, 'c', 3)
    assert.deepEqual(told, ['container c: what its attempt 1 has left cannot be removed'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('however often a container starts again, its newest two logs and termination messages are all that is kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-attempts-'))
  try {
    const pod = { dir: join(folder, 'pod'), logDir: join(folder, 'logs') }
    for (let attempt = 0; attempt < 9; attempt++) {
      for (const path of [logPath(pod.logDir, 'c', attempt), messagePath(pod.dir, 'c', attempt)]) {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, 'x')
      }
      writeFileSync(`${logPath(pod.logDir, 'c', attempt)}.1`, 'x')
      pruneAttempts(quiet, pod, 'c', attempt)
    }
    assert.deepEqual(readdirSync(join(pod.logDir, 'c')), ['7.log', '7.log.1', '8.log', '8.log.1'])
    assert.deepEqual(readdirSync(messageFolder(pod.dir, 'c')), ['7', '8'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
