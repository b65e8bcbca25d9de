import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as connectTls } from 'node:tls'
import type { AskedRequest } from '#explain/trace/request/request.ts'
import { connectTcp } from '#kernel/sockets/socket.ts'

const TIMEOUT_MS = 5000

/** What a real request got: a status, or why there was none. */
type RealAnswer = { readonly status: number; readonly location?: string } | { readonly failure: string }

/** Sends a request of HTTP from a network namespace, by its path, and gives what came first of the answer. Throws KernelError. */
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
      const { location } = response.headers
      end({ status: response.statusCode ?? 0, ...(location !== undefined && { location }) })
    })
    call.on('error', (error) => end({ failure: error.message }))
    plain.on('error', (error) => end({ failure: error.message }))
    call.end()
  })
}
