import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { identifyProcess } from '#runtime/runc/process-identity.ts'
import { findOwned, findProcesses } from './processes.ts'

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
    process.kill(supervisor, 'SIGKILL')
    for (const until = Date.now() + 10_000; Date.now() < until && roles.length > 1; )
      roles = findProcesses(claim).map(({ role }) => role)
    assert.deepEqual(roles, ['agent-host'], 'an orphan is found by its environment')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
