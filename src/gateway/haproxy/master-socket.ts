import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { ProxyError } from './proxy-error.ts'

const PATIENCE_MS = 2_000

/** What one line to the master is answered; it ends each connection after that, and so does a reload. */
const ask = (path: string, line: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(path)
    let text = ''
    socket.setEncoding('utf8')
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')))
    socket.on('connect', () => socket.write(`${line}\n`))
    socket.on('data', (chunk: string) => {
      text += chunk
      // The master leaves the connection open after what it has shown.
      if (text.endsWith('\n\n')) socket.destroy()
    })
    socket.on('error', (cause) =>
      reject(
        new ProxyError('PROXY_UNREACHABLE', `HAProxy's master does not answer at ${path}: ${cause.message}`, { cause }),
      ),
    )
    socket.on('close', () => resolve(text))
  })

/** While the master reads its files again it takes no connection: it is asked until it does. */
const askPatiently = async (path: string, line: string): Promise<string> => {
  const end = performance.now() + PATIENCE_MS
  for (;;)
    try {
      return await ask(path, line)
    } catch (error) {
      if (performance.now() > end) throw error
      await pause(10)
    }
}

/** Processes of an HAProxy in master-worker mode. */
interface Processes {
  readonly master: number
  /** Since it started, those that failed too. */
  readonly reloads: number
  readonly failed: number
  readonly workers: readonly number[]
  /** Those that a reload has replaced and that end their last connections. */
  readonly oldWorkers: readonly number[]
}

/** Rejects with PROXY_UNREACHABLE. */
export const showProcesses = async (path: string): Promise<Processes> => {
  const text = await askPatiently(path, 'show proc')
  const master = /^(\d+)\s+master\s+(\d+)(?: \[failed: (\d+)\])?/m.exec(text)
  if (!master) throw new ProxyError('PROXY_UNREACHABLE', `HAProxy's master at ${path} does not tell its processes`)
  const [, current = '', old = ''] =
    /# workers\n([\s\S]*?)(?:# old workers\n([\s\S]*?))?(?:# programs|$)/.exec(text) ?? []
  const pids = (rows: string): readonly number[] =>
    Array.from(rows.matchAll(/^(\d+)\s+worker/gm), ([, pid]) => Number(pid))
  return {
    master: Number(master[1]),
    reloads: Number(master[2]),
    failed: Number(master[3] ?? 0),
    workers: pids(current),
    oldWorkers: pids(old),
  }
}

/** Has the master read its files again. Rejects with PROXY_UNREACHABLE. */
export const reloadMaster = async (path: string): Promise<void> => {
  await askPatiently(path, 'reload')
}
