import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const ISOLATED = join(import.meta.dirname, '..', '..', 'script', 'isolated')
// As from a shell that is not isolated itself.
const env = { ...process.env, FAIRLEAD_ISOLATED: '' }

/** Whether a process with this argument runs, in our process namespace or one below. */
const runs = (argument: string): boolean =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(argument)
      } catch {
        return false
      }
    })
const eventually = async (what: string, holds: () => boolean): Promise<void> => {
  const end = Date.now() + 20_000
  while (!holds()) {
    if (Date.now() > end) throw new Error(`did not come about: ${what}`)
    await sleep(10)
  }
}

test('script/isolated gives a command’s own status, and loopback as its only link', () => {
  assert.equal(spawnSync(ISOLATED, ['sh', '-c', 'exit 7'], { env }).status, 7)
  const links = execFileSync(ISOLATED, ['ip', '-o', 'link'], { env, encoding: 'utf8' })
  assert.match(links, /^1: lo: <LOOPBACK,UP,LOWER_UP>.*\n$/)
})

test('nothing that an isolated command started outlives it, neither when it ends nor when script/isolated is killed', async () => {
  const left = '86411'
  const detached = (seconds: string) => `setsid sleep ${seconds} >/dev/null 2>&1 & sleep 0.1`
  assert.equal(spawnSync(ISOLATED, ['sh', '-c', detached(left)], { env }).status, 0)
  await eventually('the detached process is gone', () => !runs(left))
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const argument = signal === 'SIGTERM' ? '86422' : '86433'
    const child = spawn(ISOLATED, ['sh', '-c', `${detached(argument)}; sleep 86444`], { env, stdio: 'ignore' })
    const ended = new Promise((resolve) => child.on('exit', (_, by) => resolve(by)))
    await eventually('both run', () => runs(argument) && runs('86444'))
    child.kill(signal)
    assert.equal(await ended, signal)
    await eventually(`all are gone after ${signal}`, () => !runs(argument) && !runs('86444'))
  }
})
