import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getJson, getText } from '#agent/server/agent-api.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { ROLES } from '../role.ts'
import { readFault, unreadableHint } from '../state/control-plane-fault.ts'
import { type Restarts, readLog } from './restarts.ts'

/** How long a cluster may take before `up` gives up, milliseconds. */
const START_LIMIT_MS = 30_000
/** How often a socket that is not there yet is tried, milliseconds. */
const RETRY_MS = 4
/** How long the agents may take to say what they wait for, milliseconds. */
const ASK_MS = 1_000

/** Waits for the agents' own word; they give it when Services and DNS answer through the kernel of every node. */
export const awaitReady = async (config: ClusterConfig, restarts: Restarts, signal: AbortSignal): Promise<void> => {
  const until = Date.now() + START_LIMIT_MS
  for (let attempt = 1; ; attempt++) {
    try {
      await getJson(config.sockets.agent, '/readyz?wait=true', Math.max(1, until - Date.now()), signal)
      return
    } catch (error) {
      signal.throwIfAborted()
      // Not there yet; a broken connection means that the agents died and are started again.
      const { code } = error as NodeJS.ErrnoException
      const early = code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET'
      if (!early || Date.now() > until) throw new Error(`${(error as Error).message}${await unready(config)}`)
      if (attempt % 25 === 0) refuseHopeless(config, restarts)
      await sleep(RETRY_MS)
    }
  }
}

/** Waits until its API answers, by its socket and by TLS, where the agents are ready already. Rejects as `awaitReady`. */
export const awaitApi = async (config: ClusterConfig, restarts: Restarts, signal: AbortSignal): Promise<void> => {
  const until = Date.now() + START_LIMIT_MS
  for (;;) {
    signal.throwIfAborted()
    try {
      await getText(config.sockets.api, '/readyz', ASK_MS, signal)
      await connectable(config.apiServer.hostPort)
      return
    } catch (error) {
      refuseHopeless(config, restarts)
      if (Date.now() > until) throw error
    }
    await sleep(RETRY_MS)
  }
}

/** The port for kubectl comes a little after the socket. */
const connectable = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
  })

/** Throws where waiting is of no use. */
const refuseHopeless = (config: ClusterConfig, { failing }: Restarts): void => {
  const fault = readFault(config.stateDir)
  const hint = fault && unreadableHint(fault, config.name)
  if (fault && hint) throw new ClusterError('OBJECTS_UNREADABLE', fault.message, { hint })
  if (failing) throw new Error(`the ${failing} does not stay up`)
}

/** Which parts of which nodes are not ready, and why, where the agents tell. */
const unready = async (config: ClusterConfig): Promise<string> => {
  try {
    await getJson(config.sockets.agent, '/readyz', ASK_MS)
    return ''
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === undefined ? `\n  ${(error as Error).message}` : ''
  }
}

/** What its processes have said last, for an error that ends a start. */
export const logTails = (config: ClusterConfig): string =>
  ROLES.map((role) => {
    const tail = readLog(config, role).trimEnd().split('\n').slice(-20).join('\n    ')
    return tail === '' ? '' : `\n  ${role} said:\n    ${tail}`
  }).join('')
