import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

/**
 * A machine whose controllers are version 1 cannot show those of version 2: each belongs to one hierarchy, everywhere. A
 * kernel that runs as a process has cgroups of its own, version 2 alone, and shows our code and runc what it is to be there.
 */
const kernel = [process.env.FAIRLEAD_UML ?? '', '/usr/bin/linux.uml'].find((path) => path !== '' && existsSync(path))
const modules = kernel === undefined ? '' : join(dirname(kernel), '../lib/uml/modules')
const found = existsSync(modules) ? readdirSync(modules)[0] : undefined
const skip =
  found === undefined &&
  'there is no kernel in user mode: apt-get install user-mode-linux, or name its linux.uml by FAIRLEAD_UML'

const scratch = mkdtempSync('/var/lib/fairlead/uml-')
after(() => rmSync(scratch, { recursive: true }))
const LIMIT_MS = 600_000

/** Starts the machine with these words for its kernel, runs limits.ts there, and gives what was said. */
const onMachine = (...words: readonly string[]): string => {
  const args = [
    ...[
      'mem=768M',
      'quiet',
      'rootfstype=hostfs',
      'rootflags=/',
      'ro',
      'con=null',
      'con0=null,fd:1',
      `uml_dir=${scratch}/`,
    ],
    `init=${join(import.meta.dirname, 'v2-machine/init')}`,
    `PROGRAM=${join(import.meta.dirname, 'v2-machine/limits.ts')}`,
    `MODULES=${join(modules, found ?? '')}`,
    `WORK=${process.cwd()}`,
    ...words,
  ]
  const { stdout, stderr, error } = spawnSync(kernel ?? '', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    env: { PATH: process.env.PATH, HOME: scratch, TMPDIR: '/dev/shm' },
  })
  assert.equal(error, undefined, `${error}\n${stdout}\n${stderr}`)
  return stdout
}
const passed = (said: string): number => {
  assert.match(said, /^status 0\r?$/m, said)
  return Number(/^# pass (\d+)/m.exec(said)?.[1])
}

test('where cgroups are version 2 alone, limits, usage, OOM kills and the end of a container are as elsewhere', {
  skip,
}, () => {
  assert.equal(passed(onMachine()), 6)
})

test('where version 2 has no controllers for memory and processes, containers run without these limits', {
  skip,
}, () => {
  assert.equal(passed(onMachine('cgroup_disable=memory,pids', 'MISSING=memory,pids')), 2)
})

test('in a group that has processes, as a container has, no controller is handed down, and containers run without', {
  skip,
}, () => {
  assert.equal(passed(onMachine('NESTED=yes', 'MISSING=cpu,memory,pids')), 2)
})
