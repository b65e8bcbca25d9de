import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Container } from '#api/core/pod/spec/container.ts'
import { terminationMessage } from './termination-message.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-message-'))
after(() => rmSync(folder, { recursive: true }))
const path = (name: string): string => join(folder, name)
const container = (terminationMessagePolicy?: 'File' | 'FallbackToLogsOnError') =>
  ({ name: 'c', ...(terminationMessagePolicy && { terminationMessagePolicy }) }) as Container
const file = (name: string, text: string): string => {
  writeFileSync(path(name), text)
  return path(name)
}
const line = (text: string, stream = 'stdout', tag = 'F'): string =>
  `2026-01-01T00:00:00.000000000Z ${stream} ${tag} ${text}\n`

test('the message is the last 4096 bytes of the file, whatever the policy and the exit code', () => {
  const long = file('long', `lost${'x'.repeat(4096)}`)
  const log = file('some.log', line('of the log'))
  for (const policy of [undefined, 'File', 'FallbackToLogsOnError'] as const)
    for (const code of [0, 1]) assert.equal(terminationMessage(container(policy), long, log, code), 'x'.repeat(4096))
})

test('an empty or missing file is answered from the log where the policy says so and the container failed', () => {
  const log = file('log', `${line('one')}${line('t', 'stderr', 'P')}${line('wo', 'stderr')}no line of a log\n`)
  for (const nothing of [path('missing'), file('empty', '')]) {
    assert.equal(terminationMessage(container('FallbackToLogsOnError'), nothing, log, 1), 'one\ntwo\n')
    assert.equal(terminationMessage(container('FallbackToLogsOnError'), nothing, log, 0), '')
    assert.equal(terminationMessage(container('File'), nothing, log, 1), '')
    assert.equal(terminationMessage(container('FallbackToLogsOnError'), nothing, path('missing'), 1), '')
  }
})

test('of the log it takes 80 lines and 2048 bytes at most, the last ones', () => {
  const fallback = (log: string): string =>
    terminationMessage(container('FallbackToLogsOnError'), path('missing'), log, 1)
  const lines = Array.from({ length: 90 }, (_, index) => `line ${index}`)
  assert.equal(fallback(file('lines', lines.map((text) => line(text)).join(''))), `${lines.slice(10).join('\n')}\n`)
  assert.equal(fallback(file('wide', line('y'.repeat(3000)))), `${'y'.repeat(2047)}\n`)
})

test('what stands in the file’s place and is none is not read: a link, a FIFO, a folder, a device', () => {
  const secret = file('secret', 'of the host')
  symlinkSync(secret, path('link'))
  execFileSync('mkfifo', [path('fifo')])
  mkdirSync(path('folder'))
  for (const name of ['link', 'fifo', 'folder'])
    assert.equal(terminationMessage(container(), path(name), path('missing'), 1), '', name)
  assert.equal(terminationMessage(container(), '/dev/zero', path('missing'), 1), '')
})
