import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { NodeFiles } from './node-files.ts'
import { pluginProcesses } from './plugin-process.ts'

/** Stands for the kernel's namespaces: writes down what it was called with, and runs the plugin where it lies. */
const NSENTER = (calls: string, machine: string): string => `#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word" >>'${calls}'; done
while [ $# -gt 1 ]; do shift; done
exec '${machine}'"$1"
`

let scratch = ''
let files: NodeFiles
const path = process.env.PATH
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'fairlead-plugin-'))
  files = new NodeFiles(scratch)
  files.make()
  mkdirSync(join(scratch, 'bin'))
  program(join(scratch, 'bin', 'nsenter'), NSENTER(join(scratch, 'calls'), join(scratch, 'machine')))
  process.env.PATH = `${join(scratch, 'bin')}${delimiter}${path}`
})
afterEach(() => {
  process.env.PATH = path
  rmSync(scratch, { recursive: true })
})

const program = (file: string, text: string): void => {
  writeFileSync(file, text)
  chmodSync(file, 0o755)
}
const run = (script: string, more: { readonly limitMs?: number; readonly signal?: AbortSignal } = {}) => {
  program(files.path('/opt/cni/bin/noted'), `#!/bin/sh\n${script}\n`)
  const { signal = new AbortController().signal } = more
  const plugins = pluginProcesses({ node: 'node-x', namespace: '/run/netns/x', files, ...more, signal })
  return plugins.run({ type: 'noted', env: { CNI_COMMAND: 'ADD' }, stdin: '{"type":"noted"}' })
}
const isAlive = (pid: string): boolean => /^State:\t[^Z]/m.test(existsSync(`/proc/${pid}`) ? status(pid) : '')
const status = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}

/** Whether a process has ended, or does within ten seconds: what it held open is closed a moment before it has. */
const ends = async (pid: string): Promise<boolean> => {
  for (let tries = 0; isAlive(pid) && tries < 1000; tries++) await sleep(10)
  return !isAlive(pid)
}

test('a plugin is called in the node’s network, with its files and its name, and what it is told and says arrives', async () => {
  const outcome = await run('echo "$CNI_COMMAND $(pwd) $(cat)"; echo "$PATH" >&2')
  assert.deepEqual(outcome, {
    stdout: 'ADD / {"type":"noted"}\n',
    stderr: `${process.env.PATH}:/usr/sbin:/sbin:/usr/bin:/bin\n`,
  })
  const words = readFileSync(join(scratch, 'calls'), 'utf8').split('\0')
  assert.equal(words[0], '--net=/run/netns/x')
  assert.deepEqual(words.slice(1, 8), ['unshare', '--mount', '--uts', '--propagation', 'slave', 'sh', '-c'])
  assert.match(words[8] ?? '', /^mount --all --fstab "\$table" \|\| exit 125$/m)
  assert.deepEqual(words.slice(9), ['fairlead', files.mountTable(), 'node-x', '/opt/cni/bin/noted', ''])
})

test('a plugin that is in no folder is nobody’s failure, and none is started any more by an agent that stops', async () => {
  const { signal } = new AbortController()
  const there = pluginProcesses({ node: 'node-x', namespace: '/run/netns/x', files, signal })
  assert.equal(there.path[0], '/opt/cni/bin')
  assert.equal(await there.run({ type: 'not-there', env: {}, stdin: '' }), undefined)
  await assert.rejects(run('echo', { signal: AbortSignal.abort() }), { name: 'AbortError' })
  assert.equal(existsSync(join(scratch, 'calls')), false)
})

test('how a plugin ended that did not end well is told beside what it has said', async () => {
  assert.deepEqual(await run('echo out; echo err >&2; exit 3'), {
    stdout: 'out\n',
    stderr: 'err\n',
    failure: 'exit status 3',
  })
  assert.equal((await run('kill -TERM $$'))?.failure, 'signal: SIGTERM')
  // What it is told is more than a pipe takes, and it reads none of it.
  const { signal } = new AbortController()
  const plugins = pluginProcesses({ node: 'node-x', namespace: '/run/netns/x', files, signal })
  program(files.path('/opt/cni/bin/noted'), '#!/bin/sh\nexec 0<&-; sleep 0.05; exit 4\n')
  assert.equal((await plugins.run({ type: 'noted', env: {}, stdin: 'x'.repeat(1 << 20) }))?.failure, 'exit status 4')
})

test('a plugin that hangs is killed with what it has started, and so is one whose agent stops', async () => {
  const hang = `sleep 600 & echo $! >'${join(scratch, 'sleeper')}'; wait`
  const sleeper = () => readFileSync(join(scratch, 'sleeper'), 'utf8').trim()
  // On a machine that is busy it may not have begun by then.
  for (let limitMs = 250; !existsSync(join(scratch, 'sleeper')) || sleeper() === ''; limitMs *= 2)
    assert.equal((await run(hang, { limitMs }))?.failure, `no answer in ${limitMs / 1000} s, so it was killed`)
  assert.equal(await ends(sleeper()), true)
  rmSync(join(scratch, 'sleeper'))
  const agent = new AbortController()
  const running = run(hang, { signal: agent.signal })
  while (!existsSync(join(scratch, 'sleeper')) || sleeper() === '') await sleep(5)
  agent.abort()
  assert.equal((await running)?.failure, 'the node’s agent stops')
  assert.equal(await ends(sleeper()), true)
})

test('a plugin that never ends to write is killed, and what it leaves behind with its output is not waited for', async () => {
  assert.equal((await run('exec yes'))?.failure, `it has written more than ${4 << 20} octets`)
  const began = performance.now()
  const outcome = await run(`echo done; setsid sleep 600 & echo $! >'${join(scratch, 'left')}'`)
  try {
    assert.deepEqual(outcome, { stdout: 'done\n', stderr: '' })
    assert.ok(performance.now() - began < 30_000)
  } finally {
    process.kill(Number(readFileSync(join(scratch, 'left'), 'utf8')), 'SIGKILL')
  }
})

test('what ran through leaves nothing that waits for it, nor listens to its agent', async () => {
  const agent = new AbortController()
  const listening = { now: 0, most: 0 }
  const { addEventListener, removeEventListener } = agent.signal
  agent.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listening.most = Math.max(listening.most, ++listening.now)
    addEventListener.apply(agent.signal, given)
  }
  agent.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listening.now--
    removeEventListener.apply(agent.signal, given)
  }
  const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
  const before = timers()
  await run('echo', { signal: agent.signal })
  assert.deepEqual(listening, { now: 0, most: 1 })
  assert.ok(timers() <= before)
})
