import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoredContainer } from './bundle/container-record.ts'
import { bundlePaths, runtimePaths } from './bundle/runtime-paths.ts'
import { ContainerWatch } from './container-watch.ts'
import { identifyProcess } from './processes/process-identity.ts'

/** A container of two processes that only wait: its program's, and what goes by the name of a conmon. */
const container = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-watch-'))
  const bundle = bundlePaths(runtimePaths(folder), 'c1')
  mkdirSync(bundle.folder, { recursive: true })
  symlinkSync('/bin/sh', join(folder, 'conmon'))
  const wait = 'echo there; read line'
  const conmon = spawn(join(folder, 'conmon'), ['-c', wait, bundle.folder], { stdio: ['pipe', 'pipe', 'ignore'] })
  const program = spawn('/bin/sh', ['-c', wait], { stdio: ['pipe', 'pipe', 'ignore'] })
  const exits = new Map<ChildProcess, Promise<unknown[]>>(
    [conmon, program].map((child) => [child, once(child, 'exit')] as const),
  )
  await Promise.all([conmon, program].map((child) => once(child.stdout, 'data')))
  writeFileSync(bundle.conmonPid, String(conmon.pid))
  const process = identifyProcess(program.pid!)!
  return {
    bundle,
    process,
    conmon,
    program,
    watch: new ContainerWatch({ process, cgroupsPath: '/fairlead/none' } as StoredContainer, bundle),
    ended: async (child: ChildProcess) => (await exits.get(child))![1] as string | null,
    [Symbol.dispose]: () => {
      for (const child of [conmon, program]) child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}

test('all is well while the program and its conmon live, for however long', async () => {
  using one = await container()
  for (const now of [0, 10_000, 1_000_000]) assert.equal(one.watch.look(now), true)
})

test('a conmon that does not tell the end of its program is given ten seconds, and then killed', async () => {
  using one = await container()
  assert.equal(one.watch.look(0), true)
  one.program.kill('SIGKILL')
  await one.ended(one.program)
  for (const now of [5000, 10_000, 14_999]) {
    assert.equal(one.watch.look(now), false)
    assert.equal(
      await Promise.race([one.ended(one.conmon), sleep(100, 'lives')]),
      'lives',
      `at ${now} it may still tell`,
    )
  }
  assert.equal(one.watch.look(15_000), false)
  assert.equal(await one.ended(one.conmon), 'SIGKILL')
})

test('a conmon’s ten seconds are counted from the end of the program alone, not from a doubt that passed', async () => {
  using one = await container()
  const { process: program } = one
  const stored = { process: { ...program, startTime: '0' }, cgroupsPath: '/fairlead/none' }
  const watch = new ContainerWatch(stored as StoredContainer, one.bundle)
  assert.equal(watch.look(0), false)
  Object.assign(stored.process, program)
  assert.equal(watch.look(5000), true)
  Object.assign(stored.process, { startTime: '0' })
  assert.equal(watch.look(11_000), false)
  assert.equal(await Promise.race([one.ended(one.conmon), sleep(100, 'lives')]), 'lives')
})

test('a program whose conmon is gone is killed: nobody would keep its output or learn its end', async () => {
  using one = await container()
  one.conmon.kill('SIGKILL')
  await one.ended(one.conmon)
  assert.equal(one.watch.look(0), false)
  assert.equal(await one.ended(one.program), 'SIGKILL')
})
