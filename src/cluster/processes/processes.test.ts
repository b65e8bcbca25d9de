import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { identifyProcess, isAlive, signalProcess } from '#runtime/runc/processes/process-identity.ts'
import type { Claim } from '../claims/claim.ts'
import type { ClusterConfig } from '../config.ts'
import { logPath } from '../state/state.ts'
import { findOwned, findProcesses, isRunning, RESTARTED, startSupervised, supervisorsFirst } from './processes.ts'

/** Shells that wait, ended with the test. */
const shells = () => {
  const children: ChildProcess[] = []
  return {
    start: async (token: string | undefined, ...args: readonly string[]): Promise<number> => {
      const { FAIRLEAD_CLUSTER: _, ...environment } = process.env
      const child = spawn('/bin/sh', ['-c', 'echo there; "$@"; wait', 'sh', ...args], {
        env: { ...environment, ...(token !== undefined && { FAIRLEAD_CLUSTER: token }) },
        stdio: ['ignore', 'pipe', 'ignore'],
        detached: true,
      })
      children.push(child)
      await once(child.stdout!, 'data')
      return child.pid!
    },
    [Symbol.dispose]: () => {
      for (const { pid, exitCode, signalCode } of children)
        if (exitCode === null && signalCode === null) process.kill(-pid!, 'SIGKILL')
    },
  }
}
const numbers = (found: readonly { readonly pid: number }[]): readonly number[] =>
  found.map(({ pid }) => pid).sort((a, b) => a - b)

test('what has the token of a cluster is its own; a stranger that names its files is not', async () => {
  using run = shells()
  const name = `test-${process.pid}`
  const ours = await run.start(`${name}/1`, 'sleep', '60')
  const older = await run.start(`${name}/0`, 'sleep', '60')
  await run.start(undefined, 'sh', '-c', 'sleep 60; exit', 'sh', `/var/lib/fairlead/${name}/cluster.json`)
  await run.start(`${name}-2/1`, 'sleep', '60')
  const found = findOwned(`${name}/1`)
  assert.ok(numbers(found).includes(ours))
  assert.ok(!numbers(found).includes(older), 'another life of the name')
  assert.deepEqual([...new Set(found.map(({ token }) => token))], [`${name}/1`])
  assert.deepEqual(
    [...new Set(findOwned(`${name}/`).map(({ token }) => token))].sort(),
    [`${name}/0`, `${name}/1`],
    'without a claim: all that had the name',
  )
})

test('a cluster’s processes are its supervisors, known by their start, and our programs that they or nobody started', async () => {
  using run = shells()
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-processes-'))
  mkdirSync(join(folder, 'bin'))
  const program = join(folder, 'bin', 'agent-host.mjs')
  writeFileSync(program, 'process.stdin.resume(); setTimeout(() => {}, 60_000)')
  try {
    const token = `test-${process.pid}/x`
    const supervisor = await run.start(token, process.execPath, program)
    const stranger = await run.start(undefined, 'sleep', '60')
    const claim = {
      name: 'x',
      stateDir: folder,
      token,
      by: identifyProcess(process.pid)!,
      supervisors: [
        { role: 'agent-host' as const, process: identifyProcess(supervisor)! },
        { role: 'control-plane' as const, process: { ...identifyProcess(stranger)!, startTime: '1' } },
      ],
      nodes: 1,
      hostPort: 1,
      clusterCidr: ['', ''] as const,
      serviceCidr: ['', ''] as const,
    }
    let roles: readonly string[] = []
    for (const until = Date.now() + 10_000; Date.now() < until && roles.length < 2; )
      roles = findProcesses(claim).map(({ role }) => role)
    assert.deepEqual(roles, ['supervisor', 'agent-host'])
    assert.deepEqual(
      findProcesses(claim).map(({ supervises }) => supervises),
      ['agent-host', undefined],
      'it is told whose supervisor lives',
    )
    process.kill(supervisor, 'SIGKILL')
    for (const until = Date.now() + 10_000; Date.now() < until && roles.length > 1; )
      roles = findProcesses(claim).map(({ role }) => role)
    assert.deepEqual(roles, ['agent-host'], 'an orphan is found by its environment')
    assert.ok(isRunning({ ...claim, by: claim.supervisors[1]!.process }), 'and runs, whoever kept it')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('what a process takes in memory is told in octets', () => {
  const self = identifyProcess(process.pid)!
  const claim = { token: 'none/0', supervisors: [{ role: 'agent-host', process: self }] } as unknown as Claim
  const { rss } = findProcesses(claim).find(({ pid }) => pid === process.pid)!
  const ratio = rss / process.memoryUsage().rss
  assert.ok(ratio > 0.7 && ratio < 1.4, `${ratio}`)
})

test('how long a process runs is told in seconds', async () => {
  // The kernel counts hundredths of a second.
  const began = performance.now() - 20
  const child = spawn('sleep', ['60'], { stdio: 'ignore' })
  try {
    await once(child, 'spawn')
    const started = performance.now()
    await sleep(150)
    const claim = { token: 'none/0', supervisors: [{ role: 'agent-host', process: identifyProcess(child.pid!)! }] }
    const least = (performance.now() - started) / 1000 - 0.02
    const { age } = findProcesses(claim as unknown as Claim)[0]!
    const most = (performance.now() - began) / 1000
    assert.ok(age >= least && age <= most, `${age}, between ${least} and ${most}`)
  } finally {
    child.kill('SIGKILL')
  }
})

const skip = process.getuid!() === 0 ? false : 'a mount namespace needs root'

test('a process that sees other names of namespaces is of another cluster, though the name is the same', {
  skip,
}, async () => {
  using run = shells()
  const token = `test-${process.pid}/elsewhere`
  const hidden = 'mount -t tmpfs none /run && echo there && exec sleep 60'
  const elsewhere = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', hidden], {
    env: { ...process.env, FAIRLEAD_CLUSTER: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await once(elsewhere.stdout, 'data')
    const here = await run.start(token, 'sleep', '60')
    const found = numbers(findOwned(token))
    assert.ok(found.includes(here))
    assert.ok(!found.includes(elsewhere.pid!))
  } finally {
    elsewhere.kill('SIGKILL')
  }
})

/** Tells its umask; ends at first, and stays the second time. */
const PROGRAM = 'umask >>"$1/umasks"; [ -e "$1/again" ] && exec sleep 60; touch "$1/again"; exit 3'

test('a supervisor starts its program again, leaves nothing of it to other users, and ends when the state is gone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-supervisor-'))
  const stateDir = join(folder, 'state')
  const eventually = async (what: string, holds: () => boolean): Promise<void> => {
    for (const until = Date.now() + 20_000; !holds() && Date.now() < until; ) await sleep(5)
    assert.ok(holds(), what)
  }
  const umasks = (): string =>
    existsSync(join(stateDir, 'umasks')) ? readFileSync(join(stateDir, 'umasks'), 'utf8') : ''
  mkdirSync(join(stateDir, 'logs'), { recursive: true })
  const mask = process.umask(0o022)
  const token = `test-${process.pid}/supervised`
  try {
    const config = { name: 'test', stateDir } as ClusterConfig
    const program = ['/bin/sh', '-c', PROGRAM, 'sh', stateDir]
    const supervisor = startSupervised('agent-host', config, token, program)
    const held = readdirSync('/proc/self/fd').map((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`)
      } catch {
        return ''
      }
    })
    assert.ok(!held.includes(logPath(stateDir, 'agent-host')), 'the log is the supervisor’s to hold')
    await eventually('it runs for the second time', () => umasks() === '0077\n0077\n')
    assert.match(readFileSync(logPath(stateDir, 'agent-host'), 'utf8'), new RegExp(`status 3, ${RESTARTED}`))
    // For a moment of its exec a program shows no environment.
    await eventually('supervisor and program are found', () => findOwned(token).length === 2)
    const found = findOwned(token).toSorted((one, other) => other.pid - one.pid)
    assert.deepEqual(supervisorsFirst(found)[0]?.pid, supervisor.pid, 'so that what is killed does not come back')
    renameSync(stateDir, join(folder, 'gone'))
    for (const one of found) if (one.pid !== supervisor.pid) signalProcess(one, 'SIGKILL')
    await eventually('it has ended', () => !isAlive(supervisor))
  } finally {
    process.umask(mask)
    for (const one of supervisorsFirst(findOwned(token))) signalProcess(one, 'SIGKILL')
    rmSync(folder, { recursive: true })
  }
})
