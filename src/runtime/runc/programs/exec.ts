import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Readable, Transform, type Writable } from 'node:stream'

import { withContainerUmask } from '../../container-umask.ts'
import type { ExecOptions } from '../../runtime.ts'
import { RuntimeError } from '../../runtime-error.ts'
import { processTree, signalNumber } from '../processes/process-identity.ts'
import { RUNC_ENV, runcMessage } from './conmon.ts'

interface ExecTarget {
  readonly runc: string
  readonly runcRoot: string
  /** The container's bundle: takes the pid file while the command runs. */
  readonly folder: string
  readonly id: string
}

const PID_RETRY_MS = 10
const PID_RETRIES = 200

/**
 * Runs a command in the container by `runc exec`, with pipes or with a terminal of its own. `signal` kills the command
 * and what it has started. Rejects with CONTAINER_EXEC_FAILED, in containerd's words, where the program cannot be started:
 * its streams have nothing of it then.
 */
export async function execInContainer(
  target: ExecTarget,
  options: ExecOptions,
): Promise<{ readonly exitCode: number }> {
  const call = randomBytes(32).toString('hex')
  const name = join(target.folder, `exec-${call.slice(0, 12)}`)
  const files = { pid: `${name}.pid`, log: `${name}.log` }
  const args = ['--root', target.runcRoot, '--log', files.log, 'exec', '--pid-file', files.pid]
  if (options.tty) args.push('--tty', '--env', 'TERM=xterm')
  args.push(target.id, ...options.command)
  if (options.command.length === 0)
    throw new RuntimeError('CONTAINER_EXEC_FAILED', `exec in '${target.id}': the command is empty`)
  try {
    const code = options.tty
      ? await runWithTerminal(target.runc, args, files.pid, options)
      : await runWithPipes(target.runc, args, files.pid, options)
    if (code === 0 || readText(files.pid) !== '') return { exitCode: code }
    const failure = runcMessage(readText(files.log)) || `runc ended with exit code ${code}`
    throw new RuntimeError(
      'CONTAINER_EXEC_FAILED',
      `failed to exec in container: failed to start exec "${call}": OCI runtime exec failed: ${failure}: unknown`,
    )
  } finally {
    for (const file of Object.values(files)) rmSync(file, { force: true })
  }
}

/** The command has none of it: what it has is in its container's process. */
const runcEnv = (): NodeJS.ProcessEnv => ({ ...process.env, ...RUNC_ENV })

async function runWithPipes(
  runc: string,
  args: readonly string[],
  pidFile: string,
  options: ExecOptions,
): Promise<number> {
  const stdin = options.stdin === undefined ? 'ignore' : 'pipe'
  const child = withContainerUmask(() =>
    spawn(runc, args, { env: runcEnv(), detached: true, stdio: [stdin, 'pipe', 'pipe'] }),
  )
  if (child.stdin) {
    const sink = child.stdin
    feed(options.stdin!, sink)
    options.stdin!.once('end', () => sink.end())
    // Also where the client gives up the stream alone.
    options.stdin!.once('close', () => sink.end())
  }
  const stderr = child.stderr!.pipe(commandOnly(child, pidFile))
  const drained = Promise.all([drain(child.stdout!, options.stdout), drain(stderr, options.stderr)])
  const code = await exitOf(child, pidFile, options.signal)
  await unlessGivenUp(drained, [child.stdout!, child.stderr!, stderr], options.signal)
  return code
}

async function runWithTerminal(
  runc: string,
  args: readonly string[],
  pidFile: string,
  options: ExecOptions,
): Promise<number> {
  // Loaded on first use: it brings FFI into the process.
  const { openTerminal } = await import('#kernel/files/pty.ts')
  const terminal = openTerminal({ width: 80, height: 24 })
  const stdio = [terminal.slave, terminal.slave, terminal.slave]
  const child = withContainerUmask(() => spawn(runc, args, { env: runcEnv(), detached: true, stdio }))
  terminal.closeSlave()
  options.onResize?.((size) => {
    if (size.width < 1 || size.height < 1) return
    terminal.resize(size)
    // The terminal is nobody's controlling one, so the kernel signals nobody: runc is told, and sizes the inner
    // terminal after ours.
    child.kill('SIGWINCH')
  })
  if (options.stdin !== undefined) feed(options.stdin, terminal.stream)
  // A terminal's end is the error EIO: the last process has closed its side.
  const output = commandOnly(child, pidFile)
  terminal.stream.once('error', () => output.end())
  const drained = drain(terminal.stream.pipe(output), options.stdout)
  try {
    const code = await exitOf(child, pidFile, options.signal)
    await unlessGivenUp(drained, [output], options.signal)
    return code
  } finally {
    terminal.stream.destroy()
  }
}

/**
 * Copies at the sink's pace and leaves the sink open, as a terminal has no end of input; the sink's own end, the
 * command's, is no error.
 */
function feed(source: NodeJS.ReadableStream, sink: Writable): void {
  sink.on('error', () => source.unpipe?.(sink))
  source.pipe(sink, { end: false })
}

/**
 * Copies at the sink's pace and leaves the sink open; resolves at the source's end. A sink that breaks stops the copy,
 * not the command.
 */
async function drain(source: Readable, sink: NodeJS.WritableStream): Promise<void> {
  source.pipe(sink, { end: false })
  sink.once('error', () => source.resume())
  sink.once('close', () => source.resume())
  source.once('error', () => source.destroy())
  if (!source.closed) await once(source, 'close').catch(() => undefined)
}

/**
 * Resolves when all that the command wrote has been passed on, or nobody waits for it any more: what the command has left
 * running may hold its output open as long as the container lives.
 */
async function unlessGivenUp(
  drained: Promise<unknown>,
  streams: readonly (Readable | Transform)[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const letGo = (): void => {
    for (const stream of streams) stream.destroy()
  }
  if (signal?.aborted) letGo()
  signal?.addEventListener('abort', letGo, { once: true })
  try {
    await drained
  } finally {
    signal?.removeEventListener('abort', letGo)
  }
}

/**
 * Passes on what the command writes. runc writes to the same stream where there is no command: what comes before it has
 * said that there is one waits for that, and goes where runc ends without.
 */
function commandOnly(runc: ChildProcess, pidFile: string): Transform {
  let isCommand = false
  return new Transform({
    transform(chunk, _encoding, done) {
      const pass = (): void => {
        const isOver = runc.exitCode !== null || runc.signalCode !== null
        isCommand ||= readText(pidFile) !== ''
        if (isCommand) done(null, chunk)
        else if (isOver) done()
        else setTimeout(pass, PID_RETRY_MS)
      }
      pass()
    },
  })
}

async function exitOf(child: ChildProcess, pidFile: string, signal: AbortSignal | undefined): Promise<number> {
  let retries = 0
  const kill = (): void => {
    if (child.exitCode !== null || child.signalCode !== null) return
    // Not by the command's number: where it has ended, that may be another's by now.
    const started = child.pid === undefined ? [] : processTree(child.pid).slice(1)
    const isCommand = readText(pidFile) !== ''
    // runc's own death would leave the command running, so the command is the one to kill; runc ends with it.
    if (isCommand) for (const descendant of started) signalNumber(descendant, 'SIGKILL')
    // runc has not said yet what it started, though that may be talking already; or the kernel ends it at this moment.
    if ((!isCommand || started.length > 0) && retries++ < PID_RETRIES) setTimeout(kill, PID_RETRY_MS)
    // The command is over, and runc waits for what it left to let go of the terminal.
    else child.kill('SIGKILL')
  }
  if (signal?.aborted) kill()
  signal?.addEventListener('abort', kill, { once: true })
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new RuntimeError('CONTAINER_EXEC_FAILED', `${child.spawnfile} does not start`, { cause: error })),
      )
      child.once('exit', (code, name) => resolve(code ?? (name === null ? 255 : 137)))
    })
  } finally {
    signal?.removeEventListener('abort', kill)
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
