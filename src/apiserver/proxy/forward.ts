import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type Duplex, pipeline } from 'node:stream'
import { getSystemErrorMessage } from 'node:util'
import { createGunzip, createGzip, constants as zlib } from 'node:zlib'
import type { ApiError } from '#client/client.ts'
import { serviceUnavailable } from '../errors.ts'
import type { Exchange } from '../http/request/exchange.ts'
import type { Destination } from './destination.ts'
import { HtmlLinks } from './html-links.ts'
import { type PageLinks, rewriteLink } from './page-links.ts'
import { answerHeaders, type RawHeaders, requestHeaders, withHeader } from './proxied-headers.ts'

/** As upstream's dialer. How long an answer takes is the client's affair. */
const CONNECT_TIMEOUT_MS = 30_000
/** Of an answer; the default of 16 KiB is less than what programs send. */
const MAX_HEADER_BYTES = 1 << 20

export interface ProxiedRequest {
  readonly method: string
  /** Path and query at the destination, after the destination's own. */
  readonly path: string
  readonly headers: RawHeaders
}

/** Opens the request at the destination. A connection of its own: what is proxied to may be gone the next time. */
export const openRequest = (destination: Destination, { method, path, headers }: ProxiedRequest): ClientRequest => {
  const { authority, patience } = destination
  const request = httpRequest({
    method,
    path: `${destination.path}${path}`,
    headers,
    maxHeaderSize: MAX_HEADER_BYTES,
    createConnection: () => impatient(destination.connect(), authority),
  })
  if (patience === undefined) return request
  const give = (): unknown => request.destroy(new Error(`no answer began in ${patience / 1000} s`))
  const timer = setTimeout(give, patience)
  for (const event of ['response', 'upgrade', 'close']) request.once(event, () => clearTimeout(timer))
  return request
}

const impatient = (socket: Socket, authority: string): Socket => {
  const give = (): unknown => socket.destroy(new Error(`${authority} did not accept the connection in 30 s`))
  const timer = setTimeout(give, CONNECT_TIMEOUT_MS)
  for (const event of ['encrypted' in socket ? 'secureConnect' : 'connect', 'close'])
    socket.once(event, () => clearTimeout(timer))
  return socket
}

/** What a failed connection is told as. */
export const unreachable = ({ authority }: Destination, error: Error): ApiError => {
  const { errno, syscall } = error as NodeJS.ErrnoException
  const words =
    errno !== undefined && syscall ? `${syscall} ${authority}: ${getSystemErrorMessage(errno)}` : error.message
  return serviceUnavailable(`error trying to reach service: ${words}`)
}

/**
 * Passes a request on, its body with it, and streams the answer back, with links and redirects that lead through the
 * proxy. Nothing is held but what one side is ahead of the other; whoever leaves ends the other side. Rejects with 503
 * where there is no answer.
 */
export const forward = (
  { request, response }: Exchange,
  destination: Destination,
  path: string,
  links: PageLinks,
): Promise<true> =>
  new Promise((resolve, reject) => {
    // It may have left while what serves it was loaded.
    if (response.destroyed) return resolve(true)
    const headers = requestHeaders(request, {
      path: `${links.prefix}${path.replace(/\?.*$/s, '')}`,
      upgrade: undefined,
    })
    const upstream = openRequest(destination, { method: request.method!, path, headers })
    upstream.on('response', (answer) => {
      try {
        sendAnswer(request, response, answer, links)
        resolve(true)
      } catch (error) {
        upstream.destroy()
        reject(error as Error)
      }
    })
    upstream.on('error', (error) => {
      // Once there is an answer, its own stream tells of the break.
      if (!response.headersSent && !response.destroyed) reject(unreachable(destination, error))
      else resolve(true)
    })
    response.on('close', () => {
      upstream.destroy()
      // A program may answer before it has read all; what the client still sends belongs to nobody.
      request.unpipe(upstream).resume()
    })
    request.pipe(upstream)
  })

const sendAnswer = (
  request: IncomingMessage,
  response: Exchange['response'],
  answer: IncomingMessage,
  links: PageLinks,
): void => {
  const page = answer.headers.location === undefined ? pageStreams(answer, links) : undefined
  const headers = withHeader(answerHeaders(answer, page ? ['content-length'] : []), 'location', (link) =>
    rewriteLink(link, links),
  )
  response.writeHead(answer.statusCode!, answer.statusMessage, headers)
  response.flushHeaders()
  // An answer that breaks off must not look like a whole one: pipeline() destroys the client's side then.
  const streams = request.method === 'HEAD' || !page ? [] : page
  pipeline([answer, ...streams, response], () => undefined)
}

/** The streams that a page's links are rewritten by; undefined for what is none, or is encoded in an unknown way. */
const pageStreams = (answer: IncomingMessage, links: PageLinks): readonly Duplex[] | undefined => {
  const type = answer.headers['content-type'] ?? ''
  if (!/^text\/html\s*(;|$)/i.test(type) || /charset=["']?utf-(16|32)/i.test(type)) return undefined
  // Bytes of a part are counted; changed, they would not fit together.
  if (answer.statusCode === 206) return undefined
  switch (answer.headers['content-encoding']?.toLowerCase() ?? '') {
    case '':
    case 'identity':
      return [new HtmlLinks(links)]
    case 'gzip':
      return [createGunzip(), new HtmlLinks(links), createGzip({ flush: zlib.Z_SYNC_FLUSH })]
    default:
      return undefined
  }
}
