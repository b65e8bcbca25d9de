import { closeSync, openSync } from 'node:fs'
import type { Readable } from 'node:stream'

import { withContainerUmask } from '../../container-umask.ts'
import { RuntimeError } from '../../runtime-error.ts'
import { ownership } from '../processes/owner.ts'
import { openReadable } from './open-readable.ts'

export interface Programs {
  readonly runc: string
  readonly conmon: string
}

/** runc does one thing after the other: as a Go program of one processor it starts fewer threads. */
export const RUNC_ENV: NodeJS.ProcessEnv = { GOMAXPROCS: '1' }

const REAP_MS = 5
const REAP_MOST_MS = 20_000

interface ConmonRequest {
  readonly id: string
  readonly bundle: string
  readonly runcRoot: string
  readonly logPath: string
  /** -1: any. */
  readonly logMaxBytes: number
  readonly exitDir: string
  readonly socketDir: string
  readonly socketName: string
  readonly conmonPidFile: string
  readonly tty: boolean
  readonly stdin: boolean
  readonly stdinOnce: boolean
}

/**
 * Creates the container: conmon forks itself away from us, runs `runc create` and keeps the container's output, exit
 * status and terminal from then on, whatever becomes of us. Gives the pid of the container's process, which waits to be
 * started.
 *
 * conmon answers on a pipe (`_OCI_SYNCPIPE`) by one line of JSON: the pid, or -1 and runc's words.
 */
export async function createWithConmon(programs: Programs, request: ConmonRequest): Promise<number> {
  const args = [
    '--api-version', '1', '-c', request.id, '-u', request.socketName, '-n', request.id, '-r', programs.runc, '-b', request.bundle,
    '--runtime-arg', '--root', '--runtime-arg', request.runcRoot, '-l', `k8s-file:${request.logPath}`,
    '--exit-dir', request.exitDir, '--socket-dir-path', request.socketDir, '-P', request.conmonPidFile,
    '--log-level', 'error', '--no-sync-log', '--log-size-max', String(request.logMaxBytes),
    ...(request.tty ? ['-t'] : []), ...(request.stdin ? ['-i', ...(request.stdinOnce ? [] : ['--leave-stdin-open'])] : []),
  ] // biome-ignore format: options with their values
  const child = await startConmon(programs.conmon, args, {
    cwd: request.bundle,
    env: { PATH: process.env.PATH, _OCI_SYNCPIPE: '3', ...RUNC_ENV, ...ownership() },
  })
  const words: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => words.push(chunk))
  try {
    const line = await firstLine(child.answer)
    const answer = line === undefined ? {} : (JSON.parse(line) as { data?: number; pid?: number; message?: string })
    const pid = answer.data ?? answer.pid ?? -1
    if (pid > 0) return pid
    const said = (answer.message ?? Buffer.concat(words).toString()).trim()
    throw new RuntimeError(
      'CONTAINER_CANNOT_RUN',
      `container '${request.id}': ${runcMessage(said) || 'conmon ended without an answer'}`,
    )
  } finally {
    child.stderr.destroy()
    child.reap()
  }
}

interface Conmon {
  readonly stderr: Readable
  readonly answer: Readable
  /** To be called once it has told its answer: it has forked itself away by then, or has ended. */
  readonly reap: () => void
}

/**
 * In a session of its own: a signal to our process group, an interrupt on the terminal, does not reach it. Of all that we
 * start it is what comes by the hundred, and a copy of ours each time would take longer than conmon itself.
 */
async function startConmon(
  path: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Conmon> {
  // Loaded on first use: it brings FFI into the process.
  const { openPipe, reapProcess, spawnProcess } = await import('#kernel/processes/spawn-process.ts')
  const reap = (pid: number, waited = REAP_MS): void => {
    if (reapProcess(pid) || waited > REAP_MOST_MS) return
    setTimeout(() => reap(pid, 2 * waited), waited).unref()
  }
  using theirs = new DisposableStack()
  using streams = new DisposableStack()
  const pipe = (): { readonly stream: Readable; readonly writable: number } => {
    const { readable, writable } = openPipe()
    theirs.adopt(writable, closeSync)
    return { stream: streams.adopt(openReadable(readable), (stream) => stream.destroy()), writable }
  }
  const nothing = theirs.adopt(openSync('/dev/null', 'r+'), closeSync)
  const [stderr, answer] = [pipe(), pipe()]
  const descriptors = [nothing, nothing, stderr.writable, answer.writable]
  const pid = withContainerUmask(() => spawnProcess(path, args, { ...options, descriptors }))
  // They stay open, now that it has started.
  streams.move()
  return { stderr: stderr.stream, answer: answer.stream, reap: () => reap(pid) }
}

/** runc's log line, `time="…" level=error msg="…"`, reduced to its message. */
export function runcMessage(text: string): string {
  const messages = [...text.matchAll(/msg="((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]!.replace(/\\(.)/g, '$1'))
  return messages.length === 0 ? text.trim() : messages.join('; ')
}

async function firstLine(stream: Readable): Promise<string | undefined> {
  let text = ''
  stream.setEncoding('utf8')
  return await new Promise((resolve) => {
    stream.on('data', (chunk: string) => {
      text += chunk
      const end = text.indexOf('\n')
      if (end < 0) return
      resolve(text.slice(0, end))
      stream.destroy()
    })
    stream.once('close', () => resolve(text.trim() === '' ? undefined : text))
  })
}
