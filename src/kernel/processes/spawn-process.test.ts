import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPipe, reapProcess, spawnProcess } from './spawn-process.ts'

/** What a shell writes to its descriptor 3, and the pid that it had. */
const said = (command: string, env: Record<string, string | undefined> = {}): { pid: number; text: string } => {
  const [nothing, pipe] = [openSync('/dev/null', 'r+'), openPipe()]
  try {
    const descriptors = [nothing, nothing, nothing, pipe.writable]
    const pid = spawnProcess('/bin/sh', ['-c', command], { env, cwd: tmpdir(), descriptors })
    closeSync(pipe.writable)
    return { pid, text: readFileSync(pipe.readable, 'utf8') }
  } finally {
    closeSync(pipe.readable)
    closeSync(nothing)
  }
}
const reaped = async (pid: number): Promise<void> => {
  while (!reapProcess(pid)) await sleep(5)
}

test('a program has its arguments, its environment, its folder and its descriptors, and nothing else of ours', async () => {
  const before = readdirSync('/proc/self/fd').length
  const { pid, text } = said('exec >&3; echo "$A $B$HOME"; pwd; ls /proc/$$/fd', { A: 'a', B: undefined })
  assert.deepEqual(text.trimEnd().split('\n'), ['a ', realpathSync(tmpdir()), '0', '1', '2', '3'])
  await reaped(pid)
  assert.equal(readdirSync('/proc/self/fd').length, before)
})

test('it leads a session of its own, and every signal is as at first, whatever we do with ours', async () => {
  process.on('SIGUSR2', () => undefined)
  try {
    const { pid, text } = said('cat /proc/self/stat /proc/self/status >&3')
    const session = Number(text.split(') ')[1]!.split(' ')[3])
    assert.equal(session, pid)
    for (const kind of ['SigIgn', 'SigBlk']) assert.match(text, new RegExp(`^${kind}:\\t0+$`, 'm'))
    await reaped(pid)
  } finally {
    process.removeAllListeners('SIGUSR2')
  }
})

test('descriptors may have each other’s places, and places of the program itself', async () => {
  const [first, second] = [openPipe(), openPipe()]
  const most = Math.max(first.writable, second.writable)
  const descriptors = Array.from({ length: most + 1 }, () => first.writable)
  descriptors[first.writable] = second.writable
  descriptors[second.writable] = first.writable
  const command = `echo to-second >&${first.writable}; echo to-first >&${second.writable}`
  const pid = spawnProcess('/bin/bash', ['-c', command], { env: {}, cwd: '/', descriptors })
  for (const { writable } of [first, second]) closeSync(writable)
  assert.deepEqual(
    [first, second].map(({ readable }) => readFileSync(readable, 'utf8')),
    ['to-first\n', 'to-second\n'],
  )
  for (const { readable } of [first, second]) closeSync(readable)
  await reaped(pid)
})

test('a program that is not there, or a folder, is told by its errno, and leaves nothing', () => {
  const before = readdirSync('/proc/self/fd').length
  const start = (path: string, cwd: string) => () => spawnProcess(path, [], { env: {}, cwd, descriptors: [] })
  assert.throws(start('/no/program', '/'), { code: 'PROCESS_NOT_STARTED', errnoName: 'ENOENT', object: '/no/program' })
  assert.throws(start('/bin/true', '/no/folder'), { code: 'PROCESS_NOT_STARTED', errnoName: 'ENOENT' })
  assert.throws(start('/etc/passwd', '/'), {
    code: 'PROCESS_NOT_STARTED',
    errnoName: 'EACCES',
    operation: 'posix_spawn',
  })
  const shut = () => spawnProcess('/bin/true', [], { env: {}, cwd: '/', descriptors: [0, 1_000_000] })
  assert.throws(shut, { code: 'PROCESS_NOT_STARTED', errnoName: 'EBADF', operation: 'fcntl' })
  assert.equal(readdirSync('/proc/self/fd').length, before)
})

test('a child is reaped once it has ended, and not before', async () => {
  const pid = spawnProcess('/bin/sleep', ['0.2'], { env: {}, cwd: '/', descriptors: [] })
  assert.equal(reapProcess(pid), false)
  await sleep(300)
  assert.equal(reapProcess(pid), true)
  assert.throws(() => readFileSync(`/proc/${pid}/stat`), { code: 'ENOENT' })
})
