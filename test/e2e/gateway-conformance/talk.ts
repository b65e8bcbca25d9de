import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Address, type Tls, tlsOptions } from './round-trip.ts'

const TALK_MS = 10_000

/** What a backend of lines says of itself. */
interface Told {
  readonly namespace: string
  readonly pod: string
  readonly isTLS: boolean
  readonly tls?: { readonly serverName: string }
}

const dial = ({ host, port }: Address, tls?: Tls): Socket =>
  tls ? connectTls({ host, port, ...tlsOptions(tls) }) : connectTcp({ host, port })

/** Says each word after the answer to the one before, over one connection; the first line comes unasked. Gives all lines. */
export const linesOf = (at: Address, words: readonly string[], tls?: Tls, unasked = 1): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const socket = dial(at, tls)
    let rest = ''
    const lines: string[] = []
    const left = [...words]
    const next = () => {
      const word = left.shift()
      if (word !== undefined) return void socket.write(`${word}\n`)
      socket.destroy()
      resolve(lines)
    }
    if (unasked === 0) socket.once('connect', next)
    socket.setTimeout(TALK_MS, () => socket.destroy(new Error('timed out')))
    socket.on('error', reject).on('close', () => reject(new Error('ended')))
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop()!
      for (const line of parts) {
        lines.push(line)
        next()
      }
    })
  })

/** A backend of the suite says who it is, after it was asked what all are asked. */
export const told = async (at: Address, tls?: Tls): Promise<Told> => {
  const [, pong, isTls, facts] = await linesOf(at, ['PING', 'IS_TLS', 'TEST'], tls)
  const one = JSON.parse(facts!) as Told
  if (pong !== 'PONG' || isTls !== String(one.isTLS)) throw new Error(`answers are ${pong}, ${isTls}`)
  return one
}

/** How a connection over TLS ends that is to be refused: by a reset or an end, before anything is agreed on. */
export const refusal = (at: Address, name: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connectTls({ host: at.host, port: at.port, servername: name, rejectUnauthorized: false })
    const end = (what: string) => {
      resolve(what)
      socket.destroy()
    }
    socket.setTimeout(TALK_MS, () => end('nothing'))
    socket.on('secureConnect', () => end('agreed'))
    // An end before the handshake is a reset to Node.js; an alert is none.
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNRESET' ? 'refused' : error.message))
  })

/** The answer to a datagram; rejects where none comes. */
export const datagram = async ({ host, port }: Address, data: Buffer): Promise<Buffer> => {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  try {
    socket.send(data, port, host)
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(2000) })) as [Buffer]
    return answer
  } finally {
    socket.close()
  }
}
