import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { execInContainer } from './exec.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-exec-'))
after(() => rmSync(folder, { recursive: true }))

/** `runc exec` as far as it matters here: writes down its words, says whom it has started, and ends as that does. */
const RUNC = `#!/bin/bash
echo "$@" >'${folder}/words'
log=$4
while [ "$1" != --pid-file ]; do shift; done
pid=$2; shift 2
if [ "$1" = --tty ]; then shift 3; fi
shift
echo "runc says this" >&2
if ! command -v "$1" >/dev/null; then echo 'time="x" level=error msg="exec: \\"'$1'\\": not found"' >"$log"; exit 255; fi
if [ "$1" = late ]; then sleep 0.1; shift; fi
"$@" <&0 &
echo $! >"$pid"
wait $!
`
const runc = join(folder, 'runc')
writeFileSync(runc, RUNC)
chmodSync(runc, 0o755)
writeFileSync(join(folder, 'late'), '')
chmodSync(join(folder, 'late'), 0o755)
process.env.PATH = `${process.env.PATH}:${folder}`
after(() => {
  process.env.PATH = process.env.PATH?.replace(`:${folder}`, '')
})

const gathered = () => {
  const stream = new PassThrough()
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return { stream, text: () => text }
}
const run = async (
  command: readonly string[],
  more: { stdin?: PassThrough; signal?: AbortSignal; tty?: boolean } = {},
) => {
  const [stdout, stderr] = [gathered(), gathered()]
  const target = { runc, runcRoot: '/root-of-runc', folder, id: 'c1' }
  const options = { command, tty: false, ...more, stdout: stdout.stream, stderr: stderr.stream }
  try {
    const { exitCode } = await execInContainer(target, options)
    return {
      exitCode,
      out: stdout.text(),
      err: stderr.text(),
      open: [stdout, stderr].every((one) => one.stream.writable),
    }
  } finally {
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('exec-')),
      [],
      'its files are gone',
    )
  }
}
const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test('a command’s output comes by its streams, which stay open, and its exit code is told', async () => {
  const { exitCode, out, err, open } = await run(['sh', '-c', 'echo out; echo err >&2; exit 7'])
  assert.deepEqual([exitCode, out, open], [7, 'out\n', true])
  assert.match(err, /err\n$/)
  const words = readFileSync(join(folder, 'words'), 'utf8')
  assert.match(words, /^--root \/root-of-runc --log \S+\/exec-\w+\.log exec --pid-file \S+\/exec-\w+\.pid c1 sh -c /)
  assert.equal((await run(['true'])).exitCode, 0)
})

test('a command reads what it is given to its end, also where the client goes without one', async () => {
  const stdin = new PassThrough()
  stdin.end('given')
  assert.equal((await run(['cat'], { stdin })).out, 'given')
  const broken = new PassThrough()
  broken.write('half')
  setTimeout(() => broken.destroy(), 100)
  assert.equal((await run(['cat'], { stdin: broken })).out, 'half')
  assert.equal(
    (await run(['sh', '-c', 'exec 0<&-; sleep 0.05; echo done'], { stdin: new PassThrough() })).out,
    'done\n',
  )
})

test('what cannot be started is refused in containerd’s words, and no stream has a word of it', async () => {
  await assert.rejects(run([]), { code: 'CONTAINER_EXEC_FAILED', message: /exec in 'c1': the command is empty/ })
  const { stream, text } = gathered()
  const target = { runc, runcRoot: '/r', folder, id: 'c1' }
  const options = { command: ['not-there'], tty: false, stdout: stream, stderr: stream }
  await assert.rejects(execInContainer(target, options), {
    code: 'CONTAINER_EXEC_FAILED',
    message:
      /failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec: "not-there": not found: unknown$/,
  })
  assert.equal(text(), '')
  await assert.rejects(execInContainer({ ...target, runc: join(folder, 'none') }, { ...options, command: ['true'] }), {
    code: 'CONTAINER_EXEC_FAILED',
    message: /none does not start/,
  })
})

test('who gives up ends the command and what it has started, also before runc has said what that is', async () => {
  const pids = join(folder, 'pids')
  const written = (): string => (existsSync(pids) ? readFileSync(pids, 'utf8').trim() : '')
  for (const first of [[], ['late']]) {
    rmSync(pids, { force: true })
    const giving = new AbortController()
    const running = run([...first, 'sh', '-c', `sleep 600 & echo $$ $! >'${pids}'; wait`], { signal: giving.signal })
    if (first.length === 0) while (written() === '') await sleep(5)
    giving.abort()
    const { exitCode } = await running
    if (first.length > 0) assert.equal(exitCode, 137)
    // It may have been ended before it had started anything.
    const started = written().split(' ').filter(Boolean).map(Number)
    // The kernel takes a moment to end whom it was told to.
    const until = performance.now() + 5000
    while (started.some(isAlive) && performance.now() < until) await sleep(5)
    assert.deepEqual(started.filter(isAlive), [])
  }
})

test('a command with a terminal is told which, and its output comes as a terminal gives it', async () => {
  const { exitCode, out } = await run(['sh', '-c', 'test -t 1 && echo terminal; exit 3'], { tty: true })
  assert.deepEqual([exitCode, out], [3, 'runc says this\r\nterminal\r\n'])
  assert.match(readFileSync(join(folder, 'words'), 'utf8'), /--tty --env TERM=xterm c1 sh/)
})

test('runc runs as a program of one processor, with or without a terminal, and else in our own environment', async () => {
  for (const tty of [false, true]) {
    const { out } = await run(['sh', '-c', 'echo $GOMAXPROCS $PATH'], { tty })
    assert.match(out, new RegExp(`1 ${process.env.PATH}\\s*$`))
  }
})
