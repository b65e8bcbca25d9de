import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

test('an isolated command has cgroups of its own: one beside it does not see them, and they go with it', () => {
  const hierarchy = '/sys/fs/cgroup/pids'
  if (!existsSync(hierarchy))
    return assert.ok(existsSync('/sys/fs/cgroup/cgroup.controllers'), 'only version 2 has none')
  const made = `${hierarchy}/fairlead-of-one-run`
  const inner = `mkdir ${made} && ls -d ${made} && FAIRLEAD_ISOLATED= ${ISOLATED} ls ${hierarchy}`
  const said = execFileSync(ISOLATED, ['sh', '-c', inner], { env, encoding: 'utf8' })
  assert.match(said, /^\/sys\/fs\/cgroup\/pids\/fairlead-of-one-run\n/)
  assert.doesNotMatch(said.slice(made.length + 1), /fairlead-of-one-run/)
  assert.ok(!existsSync(made), 'not seen from outside')
  const path = /^\d+:pids:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1] ?? ''
  // A run that was killed leaves its empty group to the next one; a run beside this one has its own.
  const left = readdirSync(join(hierarchy, path)).filter((name) => name.startsWith('fairlead-isolated-'))
  for (const group of left) assert.ok(existsSync(`/proc/${group.split('-')[2]}`), `${group} is nobody’s`)
})
