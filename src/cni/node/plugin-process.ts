import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PluginOutcome } from '../call/failure.ts'
import type { PluginCall } from '../call/plugin-call.ts'
import type { PluginRunner } from '../run/chain.ts'
import type { NodeFiles } from './node-files.ts'

/** How long a plugin may take, milliseconds: as the kubelet's --runtime-request-timeout. */
const LIMIT_MS = 120_000
/** More than that no plugin has to say, octets. */
const MOST_OUTPUT = 4 << 20
/** How long its output may come after its end, milliseconds. */
const OUTPUT_MS = 1_000

/** The node's files in place of the machine's, and its name; then the plugin, which sees no trace of that. */
const ENTER = `
table=$1 name=$2; shift 2
mount --all --fstab "$table" || exit 125
printf %s "$name" >/proc/sys/kernel/hostname 2>/dev/null
exec "$@"
`

interface PluginProcessOptions {
  /** The node's name, and the path of its network namespace. */
  readonly node: string
  readonly namespace: string
  readonly files: NodeFiles
  /** Aborted: what runs is killed, and nothing is started any more. */
  readonly signal: AbortSignal
  readonly limitMs?: number
}

/**
 * Runs plugins as on a machine of the node's own: in its network, with its files, under its name. What hangs is killed with
 * all that it has started.
 */
export const pluginProcesses = (options: PluginProcessOptions): PluginRunner => {
  const { files } = options
  return {
    get path() {
      return files.pluginFolders.map(({ seen }) => seen)
    },
    async run(call) {
      options.signal.throwIfAborted()
      const folder = files.pluginFolders.find(({ path }) => existsSync(join(path, call.type)))
      if (folder === undefined) return undefined
      return await run(join(folder.seen, call.type), call, options)
    },
  }
}

const run = (program: string, { env, stdin }: PluginCall, options: PluginProcessOptions): Promise<PluginOutcome> => {
  const { node, namespace, files, signal, limitMs = LIMIT_MS } = options
  const own = ['unshare', '--mount', '--uts', '--propagation', 'slave']
  const args = [`--net=${namespace}`, ...own, 'sh', '-c', ENTER, 'fairlead', files.mountTable(), node, program]
  return new Promise((resolve) => {
    const child = spawn('nsenter', args, {
      // A group of its own, so that what it starts ends with it.
      detached: true,
      cwd: '/',
      env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`, ...env },
    })
    const output = { stdout: '', stderr: '' }
    let why: string | undefined
    const kill = (reason: string): void => {
      why ??= reason
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended.
      }
    }
    const late = setTimeout(() => kill(`no answer in ${limitMs / 1000} s, so it was killed`), limitMs)
    const cut = (): void => kill('the node’s agent stops')
    signal.addEventListener('abort', cut, { once: true })
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text
        if (output[stream].length > MOST_OUTPUT) kill(`it has written more than ${MOST_OUTPUT} octets`)
      })
    const done = (failure: string | undefined): void => {
      clearTimeout(late)
      signal.removeEventListener('abort', cut)
      resolve({ ...output, ...(failure !== undefined && { failure }) })
    }
    child.on('error', (error) => done(error.message))
    child.on('exit', (code, name) => {
      const failure = why ?? (name === null ? (code === 0 ? undefined : `exit status ${code}`) : `signal: ${name}`)
      // What it has left behind may hold its output open: that is not waited for.
      const patience = setTimeout(() => done(failure), OUTPUT_MS)
      child.on('close', () => {
        clearTimeout(patience)
        done(failure)
      })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
  })
}
