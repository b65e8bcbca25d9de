import { createServer, type RequestListener, type Server } from 'node:http'
import type { Server as NetServer } from 'node:net'
import type { Clock } from '#clock/clock.ts'

/** Between two tries to get an address that another program holds. */
const RETRY_MS = 5_000

export interface HttpListenerOptions {
  readonly addresses: readonly string[]
  readonly port: number
  readonly handler: RequestListener
  /** Binds in the node's network namespace: listenTcp() of kernel/. */
  readonly listen: (host: string, port: number, server: NetServer) => Promise<NetServer>
  readonly clock: Clock
  /** Told once for each address that could not be had, until it could. */
  readonly onError: (address: string, error: Error) => void
}

export interface HttpListener {
  /** Addresses that could not be had, each with the reason, until they can. */
  readonly refused: ReadonlyMap<string, Error>
  /** Ends connections too. */
  close(): void
}

/**
 * Serves HTTP on each address for itself: one that is taken, or that somebody takes from us, is tried again until it can
 * be had, and does not keep the others.
 */
export const listenHttp = (options: HttpListenerOptions): HttpListener => {
  const { port, handler, listen, clock, onError } = options
  let closed = false
  const open = new Set<Server>()
  const retries = new Map<string, () => void>()
  const refused = new Map<string, Error>()

  const start = async (address: string): Promise<void> => {
    const server = createServer(handler)
    const failed = (error: unknown): void => {
      open.delete(server)
      if (closed) return
      if (!refused.has(address)) onError(address, error as Error)
      refused.set(address, error as Error)
      retries.set(
        address,
        clock.after(RETRY_MS, () => void start(address)),
      )
    }
    try {
      await listen(address, port, server)
    } catch (error) {
      failed(error)
      return
    }
    retries.delete(address)
    refused.delete(address)
    if (closed) {
      server.close()
      return
    }
    open.add(server)
    server.on('error', failed)
  }
  for (const address of options.addresses) void start(address)
  return {
    refused,
    close() {
      closed = true
      for (const cancel of retries.values()) cancel()
      for (const server of open) {
        server.close()
        server.closeAllConnections()
      }
      open.clear()
    },
  }
}
