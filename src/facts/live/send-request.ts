import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as connectTls } from 'node:tls'
import type { RealAnswer } from '#explain/live/request-agreement.ts'
import type { AskedRequest } from '#explain/trace/request/request.ts'
import { connectTcp } from '#kernel/sockets/socket.ts'

const TIMEOUT_MS = 5000

/** Octets of a body that is read: those of a gateway's own answers are shorter. */
const MOST_OCTETS = 64

/** Sends a request of HTTP from a network namespace, by its path, and gives what came of the answer: its body where that is short. Throws KernelError. */
export const sendRequest = (
  namespace: string,
  { address, port }: { readonly address: string; readonly port: number },
  { scheme, authority, method, target, headers, serverName }: AskedRequest,
): Promise<RealAnswer> => {
  const plain = connectTcp(namespace, address, port)
  // Whose certificate it is is not asked: what is told is which gateway answers, and with what.
  const socket =
    scheme === 'http'
      ? plain
      : connectTls({ socket: plain, rejectUnauthorized: false, ...(serverName && { servername: serverName }) })
  const lines: Record<string, string | string[]> = { host: authority, 'user-agent': 'fairlead-explain' }
  for (const { name, value } of headers) {
    const before = lines[name.toLowerCase()]
    lines[name.toLowerCase()] =
      before === undefined || name.toLowerCase() === 'user-agent' ? value : [before, value].flat()
  }
  return new Promise((resolve) => {
    const end = (answer: RealAnswer): void => {
      socket.destroy()
      plain.destroy()
      resolve(answer)
    }
    const call = httpRequest({ method, path: target, headers: lines, createConnection: () => socket })
    call.setTimeout(TIMEOUT_MS, () => call.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)))
    call.on('response', (response: IncomingMessage) => {
      const { location, 'content-type': contentType, 'content-length': length } = response.headers
      const answer: RealAnswer = {
        status: response.statusCode ?? 0,
        ...(location !== undefined && { location }),
        ...(contentType !== undefined && { contentType }),
        ...(length !== undefined && { length: Number(length) }),
      }
      // A body that is long, or does not say how long it is, need not come.
      if (method === 'HEAD' || length === undefined || Number(length) > MOST_OCTETS) return end(answer)
      let body = ''
      response.setEncoding('utf8').on('data', (part: string) => (body += part))
      response.on('end', () => end({ ...answer, body }))
      response.on('error', () => end(answer))
    })
    call.on('error', (error) => end({ failure: error.message }))
    plain.on('error', (error) => end({ failure: error.message }))
    call.end()
  })
}
