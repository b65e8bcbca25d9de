import { Agent, request } from 'node:http'
import type { Client } from './client.ts'
import { createHttpClient } from './http-client.ts'
import type { Transport } from './wire/transport.ts'

/**
 * Requests over a Unix socket, whose path is in no network namespace. The server takes whoever can open it for an
 * administrator.
 */
export const unixTransport = (socketPath: string): Transport => {
  const agent = new Agent({ keepAlive: true })
  return {
    target: `unix:${socketPath}`,
    open: (options, onResponse) => request({ ...options, agent, socketPath }, onResponse),
    close: () => agent.destroy(),
  }
}

/**
 * A Client over a Unix socket: whoever can open it has full rights. Works from any network namespace, as a path belongs
 * to none. `agent` is its User-Agent, and who it is told to own what it writes.
 */
export const createUnixClient = (socketPath: string, agent?: string): Client =>
  createHttpClient(unixTransport(socketPath), agent)
