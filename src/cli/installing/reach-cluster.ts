import { createHttpClient, senderOver, type Transport } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { systemClock } from '#clock/clock.ts'
import type { Hands } from '#install/install.ts'
import { socketText } from '#net/port-protocol.ts'
import { type ExplainTarget, explainTarget } from '../clusters/explain-target.ts'
import type { Io } from '../command.ts'
import { takeInterrupts } from '../interrupt.ts'
import { apiTrouble } from '../policies/trouble.ts'

/** A cluster of anybody, as those verbs reach it that change it. */
interface ReachedCluster {
  readonly hands: Hands
  /** Of its kubeconfig: `https://10.0.0.1:6443`. */
  readonly server: string
}

interface Chosen {
  readonly name: string | undefined
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
}

/**
 * Does something with the cluster that the flags choose, as kubectl would choose it, and lets go of it. Throws CliError,
 * KubeconfigError, and why the API gives no answer.
 */
export const withCluster = async <T>(
  chosen: Chosen,
  timeoutMs: number,
  io: Io,
  work: (cluster: ReachedCluster) => Promise<T>,
): Promise<T> => {
  const target = explainTarget(chosen, io.environment)
  const transport = transportOf(target)
  const client = createHttpClient(transport, 'fairlead-install')
  using interrupts = takeInterrupts('what was done stays; the same command goes on from here')
  // The clock's own timers keep no process alive.
  const alive = setInterval(() => undefined, 60_000)
  try {
    return await work({
      server: serverOf(target),
      hands: {
        client,
        send: senderOver(transport, 'fairlead-install'),
        clock: systemClock,
        signal: interrupts.signal,
        timeoutMs,
        say: (text) => io.err(`${text}\n`),
      },
    })
  } catch (error) {
    throw apiTrouble(target, error)
  } finally {
    clearInterval(alive)
    client.close()
  }
}

const transportOf = (target: ExplainTarget): Transport =>
  target.kind === 'api' ? httpsTransport(target.access) : unixTransport(target.config.sockets.api)

const serverOf = (target: ExplainTarget): string => {
  if (target.kind === 'api') return target.access.server
  const { host, apiServer } = target.config
  return `https://${socketText(host.addresses[0], apiServer.port)}`
}
