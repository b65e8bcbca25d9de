import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { feelConmon } from './conmon-pulse.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-pulse-'))
after(() => rmSync(folder, { recursive: true }))

/** A process that holds both ends of a FIFO, as conmon does with its own, and says when it has them. */
const holder = async (name: string) => {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  const child = spawn('sh', ['-c', `exec 3<>${path} 4>${path}; echo held; read line`], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  await once(child.stdout, 'data')
  return { path, child, [Symbol.dispose]: () => child.kill('SIGKILL') }
}

test('the death of a conmon is told by the kernel, once, and not before', async () => {
  using one = await holder('a')
  let told = 0
  const died = new Promise<void>((resolve) => {
    feelConmon(one.path, () => {
      told++
      resolve()
    })
  })
  await sleep(20)
  assert.equal(told, 0)
  one.child.kill('SIGKILL')
  await died
  assert.equal(told, 1)
})

test('who does not want to know any more is not told, nor is who asks for a conmon without a FIFO', async () => {
  using one = await holder('b')
  const told: string[] = []
  feelConmon(one.path, () => told.push('b'))()
  feelConmon(join(folder, 'none'), () => told.push('none'))()
  one.child.kill('SIGKILL')
  await once(one.child, 'exit')
  await sleep(20)
  assert.deepEqual(told, [])
})
