import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

import { withContainerUmask } from '../../container-umask.ts'
import { RuntimeError } from '../../runtime-error.ts'
import { ownership } from '../processes/owner.ts'

export interface Programs {
  readonly runc: string
  readonly conmon: string
}

/** runc does one thing after the other: as a Go program of one processor it starts fewer threads. */
export const RUNC_ENV: NodeJS.ProcessEnv = { GOMAXPROCS: '1' }

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
  const child = withContainerUmask(() =>
    spawn(programs.conmon, args, {
      cwd: request.bundle,
      env: { PATH: process.env.PATH, _OCI_SYNCPIPE: '3', ...RUNC_ENV, ...ownership() },
      // A session of its own: a signal to our process group, an interrupt on the terminal, does not reach it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    }),
  )
  const words: Buffer[] = []
  child.stderr!.on('data', (chunk: Buffer) => words.push(chunk))
  const failed = new Promise<never>((_, reject) => child.once('error', reject))
  try {
    const line = await Promise.race([firstLine(child.stdio[3] as Readable), failed])
    const answer = line === undefined ? {} : (JSON.parse(line) as { data?: number; pid?: number; message?: string })
    const pid = answer.data ?? answer.pid ?? -1
    if (pid > 0) return pid
    const said = (answer.message ?? Buffer.concat(words).toString()).trim()
    throw new RuntimeError(
      'CONTAINER_CANNOT_RUN',
      `container '${request.id}': ${runcMessage(said) || 'conmon ended without an answer'}`,
    )
  } finally {
    child.stderr!.destroy()
    child.unref()
  }
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
