import type { Socket } from 'node:dgram'
import { encodeQuestion } from '#dns/encode.ts'
import { serviceHost } from '#names/dns-name.ts'
import { RecordType } from '#names/record.ts'
import type { IpFamily } from '#net/ip-address.ts'

/**
 * How long one question may wait before it is asked again, milliseconds; the first may come before anybody is there to
 * answer it.
 */
const PATIENCE_MS = 20

interface DnsQuestion {
  /** Address of whom is asked. */
  readonly server: string
  /** 53, where left out. */
  readonly port?: number
  readonly domain: string
  /** Aborts when it has been waited long enough. */
  readonly signal?: AbortSignal
  /** That the Service has; IPv4 where left out. */
  readonly family?: IpFamily
  /** Which answers count; all, where left out. */
  readonly accepts?: (answer: Uint8Array) => boolean
}

/**
 * Asks for the cluster's `kubernetes` Service, again and again, from a socket that is closed at the end: whether it was
 * answered before the signal aborted.
 */
export const isAnswered = (
  socket: Socket,
  { server, port = 53, domain, signal, family = 'IPv4', accepts = () => true }: DnsQuestion,
): Promise<boolean> =>
  new Promise((resolve) => {
    const question = encodeQuestion(
      serviceHost('default', 'kubernetes', domain),
      RecordType[family === 'IPv4' ? 'A' : 'AAAA'],
    )
    const end = (answered: boolean): void => {
      clearInterval(timer)
      signal?.removeEventListener('abort', giveUp)
      socket.close()
      resolve(answered)
    }
    const giveUp = (): void => end(false)
    const ask = (): void => {
      // Refused while the rules are not there: EPERM or ECONNREFUSED, and then it is asked again.
      socket.send(question, port, server, () => undefined)
    }
    const timer = setInterval(ask, PATIENCE_MS)
    socket.on('error', () => undefined)
    socket.on('message', (answer) => {
      if (accepts(answer)) end(true)
    })
    signal?.addEventListener('abort', giveUp)
    ask()
  })
