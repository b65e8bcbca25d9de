import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { identifyProcess, isAlive } from './process-identity.ts'

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
