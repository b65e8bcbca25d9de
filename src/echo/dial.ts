import { get } from 'node:http'
import { isIPv6 } from 'node:net'
import type { EchoNetwork } from './surroundings.ts'

interface DialAnswer {
  readonly responses?: readonly string[]
  readonly errors?: readonly string[]
}

interface DialTarget {
  readonly protocol: 'http' | 'udp'
  readonly host: string
  readonly port: number
  /** The HTTP path without its leading slash, or the datagram. */
  readonly request: string
}

const TIMEOUT = 5000
/** Characters of one answer, and of all together: who answers without end fills no memory but his own. */
const MOST_ANSWER = 1 << 20
const MOST_ANSWERS = 16 << 20

const dialHttp = ({ connect }: EchoNetwork, { host, port, request }: DialTarget): Promise<string> =>
  new Promise((resolve, reject) => {
    const name = isIPv6(host) ? `[${host}]` : host
    // Every try is a connection of its own, so that a Service may choose another endpoint for it. An agent, even none at
    // all (`false`), would make it where this process is.
    const call = get(
      `http://${name}:${port}/${request.replace(/^\//, '')}`,
      {
        timeout: TIMEOUT,
        createConnection: (_options, done) => {
          connect(host, port).then(
            (socket) => done(null, socket),
            (error: Error) => done(error, undefined as never),
          )
          return undefined
        },
      },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', (text: string) => {
          body += text
          if (body.length > MOST_ANSWER) call.destroy(new Error(`an answer of more than ${MOST_ANSWER} octets`))
        })
        answer.on('end', () => resolve(body))
        answer.on('error', reject)
      },
    )
    const giveUp = () => call.destroy(new Error(`no answer from ${name}:${port} within ${TIMEOUT / 1000} s`))
    // The request's own timeout begins when it has a socket, which a name that nobody answers for never gives it.
    const timer = setTimeout(giveUp, TIMEOUT)
    call.on('close', () => clearTimeout(timer))
    call.on('timeout', giveUp)
    call.on('error', reject)
  })

const dialUdp = async ({ connectUdp }: EchoNetwork, { host, port, request }: DialTarget): Promise<string> => {
  // Connected, so that an ICMP refusal comes back as an error at once.
  const socket = await connectUdp(host, port)
  return await new Promise((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer)
      socket.close()
      act()
    }
    const timer = setTimeout(
      () => finish(() => reject(new Error(`no answer from ${host} port ${port} over UDP within ${TIMEOUT / 1000} s`))),
      TIMEOUT,
    )
    socket.on('error', (cause) => finish(() => reject(cause)))
    socket.on('message', (data) => finish(() => resolve(data.toString())))
    socket.send(request)
  })
}

/**
 * Sends `tries` requests one after the other and gathers answers and errors in the form of agnhost's /dial; no more once
 * nobody waits, by `signal`, or once more has been gathered than anybody would read.
 */
export const dial = async (
  network: EchoNetwork,
  target: DialTarget,
  tries: number,
  signal?: AbortSignal,
): Promise<DialAnswer> => {
  const responses: string[] = []
  const errors: string[] = []
  let gathered = 0
  for (let i = 0; i < tries && gathered < MOST_ANSWERS && !signal?.aborted; i++) {
    try {
      const answer = await (target.protocol === 'udp' ? dialUdp(network, target) : dialHttp(network, target))
      gathered += answer.length
      responses.push(answer)
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      gathered += text.length
      errors.push(text)
    }
  }
  return { ...(responses.length > 0 && { responses }), ...(errors.length > 0 && { errors }) }
}
