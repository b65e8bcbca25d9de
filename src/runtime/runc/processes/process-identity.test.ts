import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { identifyProcess, isAlive, processTree, runsWith, signalNumber, signalProcess } from './process-identity.ts'

const FIRST_THREAD_ENDS = `
import ctypes, threading, time
threading.Thread(target=lambda: time.sleep(60)).start()
print('on', flush=True)
ctypes.CDLL(None).pthread_exit(None)
`
const state = (pid: number): string => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]!

const skip = spawnSync('python3', ['-c', 'import ctypes']).status === 0 ? false : 'python3 is not there'

test('a process whose first thread has ended lives until the others have', { skip }, async () => {
  const child = spawn('python3', ['-c', FIRST_THREAD_ENDS], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(child.stdout, 'data')
  while (state(child.pid!) !== 'Z') await sleep(2)
  const identity = identifyProcess(child.pid!)!
  assert.ok(identity && isAlive(identity))
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(isAlive(identity), false)
})

/** Its second thread starts a program, which starts one itself. */
const THREADS = `
const { Worker } = require('node:worker_threads')
new Worker("require('node:child_process').spawn('sh', ['-c', 'sleep 600 & echo on; wait'], { stdio: ['ignore', 'inherit', 'ignore'] })", { eval: true })
setInterval(() => undefined, 1000)
`

test('who descends from a process is found, whichever of its threads has started it', async () => {
  const child = spawn(process.execPath, ['-e', THREADS], { stdio: ['ignore', 'pipe', 'ignore'] })
  let tree: readonly number[] = []
  try {
    await once(child.stdout, 'data')
    const names = (): readonly string[] => tree.slice(1).map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
    // A program that has just been started still has the name of who started it.
    const until = performance.now() + 5000
    do tree = processTree(child.pid!)
    while (`${names()}` !== 'sh,sleep' && performance.now() < until && (await sleep(5, true)))
    assert.deepEqual([tree[0], ...names()], [child.pid, 'sh', 'sleep'])
  } finally {
    for (const pid of tree.toReversed()) signalNumber(pid, 'SIGKILL')
    child.kill('SIGKILL')
    child.stdout.destroy()
  }
  assert.deepEqual(processTree(2 ** 22 + 1), [2 ** 22 + 1])
})

test('a process is known by its start as well, and another with its number is neither it nor signalled', async () => {
  const child = spawn('sleep', ['600'])
  const ended = once(child, 'exit')
  const identity = identifyProcess(child.pid!)!
  const [, rest = ''] = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')
  assert.deepEqual(identity, { pid: child.pid, startTime: rest.split(' ')[19] })
  const other = { ...identity, startTime: `${Number(identity.startTime) - 1}` }
  assert.deepEqual([isAlive(identity), isAlive(other)], [true, false])
  assert.equal(signalProcess(other, 'SIGKILL'), false)
  assert.equal(isAlive(identity), true)
  assert.equal(runsWith(child.pid!, 'sleep', '600'), true)
  assert.deepEqual([runsWith(child.pid!, 'conmon', '600'), runsWith(child.pid!, 'sleep', '60')], [false, false])
  assert.equal(signalProcess(identity, 'SIGKILL'), true)
  await ended
  assert.equal(signalProcess(identity, 'SIGKILL'), false)
  assert.deepEqual([identifyProcess(child.pid!), signalNumber(child.pid!, 0)], [undefined, false])
  assert.equal(runsWith(child.pid!, 'sleep', '600'), false)
})
