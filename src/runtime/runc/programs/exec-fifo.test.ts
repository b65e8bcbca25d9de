import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { releaseExecFifo } from './exec-fifo.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-fifo-'))
after(() => rmSync(folder, { recursive: true }))
const fifo = (name: string): string => {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  return path
}

test('who waits at the FIFO goes on, and the FIFO is gone, by which runc knows that it runs', async () => {
  const path = fifo('a')
  const waiting = spawn('sh', ['-c', `printf 0 >'${path}'`], { stdio: 'ignore' })
  const ended = new Promise<number | null>((resolve) => waiting.once('exit', resolve))
  assert.equal(await releaseExecFifo(path, 20_000), true)
  assert.equal(await ended, 0)
  assert.equal(existsSync(path), false)
  assert.equal(await releaseExecFifo(path, 20_000), false)
})

test('where nobody waits any more, that is said, and the FIFO stays', async () => {
  const path = fifo('b')
  await assert.rejects(releaseExecFifo(path, 20), { message: `nobody wrote to ${path} within 20 ms` })
  assert.equal(existsSync(path), true)
  await assert.rejects(releaseExecFifo(join(path, 'below'), 20), { code: 'ENOTDIR' })
})
