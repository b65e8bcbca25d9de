import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns'
import { get } from 'node:http'
import { isIPv6 } from 'node:net'

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

const dialHttp = ({ host, port, request }: DialTarget): Promise<string> =>
  new Promise((resolve, reject) => {
    const name = isIPv6(host) ? `[${host}]` : host
    // No agent: every try is a connection of its own, so that a Service may choose another endpoint for it.
    const call = get(
      `http://${name}:${port}/${request.replace(/^\//, '')}`,
      { agent: false, timeout: TIMEOUT },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', (text: string) => {
          body += text
        })
        answer.on('end', () => resolve(body))
        answer.on('error', reject)
      },
    )
    call.on('timeout', () => call.destroy(new Error(`no answer from ${name}:${port} within ${TIMEOUT / 1000} s`)))
    call.on('error', reject)
  })

const dialUdp = ({ host, port, request }: DialTarget): Promise<string> =>
  new Promise((resolve, reject) => {
    lookup(host, (error, address, family) => {
      if (error) return reject(error)
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
      const finish = (act: () => void) => {
        clearTimeout(timer)
        socket.close()
        act()
      }
      const timer = setTimeout(
        () =>
          finish(() => reject(new Error(`no answer from ${address} port ${port} over UDP within ${TIMEOUT / 1000} s`))),
        TIMEOUT,
      )
      socket.on('error', (cause) => finish(() => reject(cause)))
      socket.on('message', (data) => finish(() => resolve(data.toString())))
      // Connected, so that an ICMP refusal comes back as an error at once.
      socket.connect(port, address, () => socket.send(request))
    })
  })

/** Sends `tries` requests one after the other and gathers answers and errors in the form of agnhost's /dial. */
export const dial = async (target: DialTarget, tries: number): Promise<DialAnswer> => {
  const responses: string[] = []
  const errors: string[] = []
  for (let i = 0; i < tries; i++) {
    try {
      responses.push(await (target.protocol === 'udp' ? dialUdp(target) : dialHttp(target)))
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { ...(responses.length > 0 && { responses }), ...(errors.length > 0 && { errors }) }
}
