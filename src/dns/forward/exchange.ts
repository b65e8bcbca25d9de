import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import type { Clock } from '#clock/clock.ts'
import { DnsFormatError } from '../decode-name.ts'
import { type UpstreamAddress, upstreamText } from './upstream-address.ts'
import { type Match, matchReply } from './upstream-reply.ts'

interface ExchangeOptions {
  readonly clock: Clock
  readonly timeoutMs: number
}

/** One question to one server, from the network that this process lives in. Rejects where no answer comes. */
export type Exchange = (
  server: UpstreamAddress,
  query: Uint8Array,
  options: ExchangeOptions,
) => Promise<{ readonly reply: Uint8Array; readonly match: Match }>

const silent = (server: UpstreamAddress): Error => new Error(`${upstreamText(server)} did not answer`)

/** What cannot be read answers nothing. */
const match = (reply: Uint8Array, query: Uint8Array): Match => {
  try {
    return matchReply(reply, query)
  } catch (error) {
    if (error instanceof DnsFormatError) return 'other'
    throw error
  }
}

/**
 * Over UDP, from a socket of its own: the kernel chooses its port by chance, and only the server's datagrams arrive. Of
 * those, all that do not answer this question are passed over; one that has letters in another case is told.
 */
export const exchangeUdp: Exchange = (server, query, { clock, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
    let isDone = false
    const finish = (act: () => void): void => {
      if (isDone) return
      isDone = true
      cancel()
      socket.close()
      act()
    }
    const cancel = clock.after(timeoutMs, () => finish(() => reject(silent(server))))
    socket.on('error', (error) => finish(() => reject(error)))
    // It is told of a failure too, as where there is no route.
    const connected = (error?: Error): void => {
      if (error) finish(() => reject(error))
      else if (!isDone) socket.send(query)
    }
    socket.connect(server.port, server.address, connected as () => void)
    socket.on('message', (reply) => {
      const found = match(reply, query)
      if (!isDone && found !== 'other') finish(() => resolve({ reply, match: found }))
    })
  })

export const exchangeTcp: Exchange = (server, query, { clock, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const connection = connect(server.port, server.address)
    const cancel = clock.after(timeoutMs, () => connection.destroy(silent(server)))
    let received = Buffer.alloc(0)
    connection.on('error', reject)
    connection.on('close', () => {
      cancel()
      reject(new Error(`${upstreamText(server)} closed the connection`))
    })
    connection.on('connect', () => {
      const size = Buffer.alloc(2)
      size.writeUInt16BE(query.length)
      connection.write(Buffer.concat([size, query]))
    })
    connection.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const reply = received.subarray(2, 2 + received.readUInt16BE(0))
      const found = match(reply, query)
      if (found === 'other') connection.destroy(new Error(`${upstreamText(server)} answered something else`))
      else {
        resolve({ reply, match: found })
        connection.end()
      }
    })
  })
