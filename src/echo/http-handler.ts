import type { IncomingMessage, ServerResponse } from 'node:http'
import { clientAddress } from './client-address.ts'
import { dial } from './dial.ts'
import { parseGoDuration } from './go-duration.ts'
import type { EchoNetwork, Surroundings } from './surroundings.ts'
import { whoAnswers, whoText } from './who-answers.ts'

interface EchoControl {
  /** True from SIGTERM on: answers then carry `Connection: close`, so that clients move to another endpoint. */
  readonly draining: () => boolean
  /** False until the UDP server is bound, as netexec's /healthz has it. */
  readonly ready: () => boolean
  readonly surroundings: Surroundings
  /** Ends the process: at once where `timeoutMs` is 0, else after requests in flight, at most that long. */
  readonly exit: (code: number, waitMs: number, timeoutMs: number) => void
}

type Handler = (query: URLSearchParams, request: IncomingMessage, response: ServerResponse) => void | Promise<void>

const text = (response: ServerResponse, body: string, status = 200, type = 'text/plain; charset=utf-8') => {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const echo: Handler = (query, _request, response) => {
  const code = query.get('code') ?? ''
  const status = code === '' ? 200 : Number(code)
  if (!Number.isInteger(status) || status < 100 || status > 999) {
    return text(response, `argument 'code' must be an integer or empty, got ${JSON.stringify(code)}\n`)
  }
  text(response, query.get('msg') ?? '', status)
}

const header: Handler = (query, request, response) => {
  const key = query.get('key')
  if (key === null || key === '')
    return text(response, JSON.stringify(request.headersDistinct), 200, 'application/json')
  text(response, (request.headersDistinct[key.toLowerCase()] ?? []).join(', '))
}

const dialed = async (network: EchoNetwork, query: URLSearchParams, response: ServerResponse): Promise<void> => {
  const protocol = (query.get('protocol') || 'http').toLowerCase()
  const tries = Number(query.get('tries') || '1')
  const request = query.get('request') ?? ''
  const host = query.get('host') ?? ''
  const port = Number(query.get('port'))
  if (protocol !== 'http' && protocol !== 'udp') return text(response, `unsupported protocol. ${protocol}\n`, 400)
  if (!Number.isInteger(tries) || tries < 1) return text(response, 'tries parameter is invalid.\n', 400)
  if (request === '') return text(response, 'request parameter not specified.\n', 400)
  if (host === '' || !Number.isInteger(port) || port < 1 || port > 65535) {
    return text(response, 'host and/or port param are invalid.\n', 400)
  }
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const answer = await dial(network, { protocol, host, port, request }, tries, gone.signal)
  text(response, JSON.stringify(answer), 200, 'application/json')
}

/** Makes the HTTP handler of the echo program: the paths of netexec that issue no command, and `/env`, our own. */
export const httpHandler = (control: EchoControl) => {
  const { hostname, place, network } = control.surroundings
  const exit: Handler = (query, _request, response) => {
    const wait = parseGoDuration(query.get('wait') || '0')
    const timeout = parseGoDuration(query.get('timeout') || '0')
    const code = Number(query.get('code') || '0')
    if (wait === undefined || timeout === undefined) {
      return text(response, "arguments 'wait' and 'timeout' must be Go durations (2s, 500ms) or empty\n")
    }
    if (!Number.isInteger(code) || code < 0 || code > 127) {
      return text(response, "argument 'code' must be an integer [0-127] or empty\n")
    }
    text(response, `will exit with ${code}\n`)
    response.on('finish', () => control.exit(code, wait, timeout))
  }
  const later: Handler = (_query, request, response) =>
    text(
      response,
      `${request.url?.split('?')[0]} of netexec is not supported by fairlead/echo: use the image fairlead/host\n`,
      501,
    )
  const paths: Readonly<Record<string, Handler>> = {
    '/clientip': (_query, request, response) =>
      text(response, clientAddress(request.socket.remoteAddress ?? '', request.socket.remotePort ?? 0)),
    '/hostname': (_query, _request, response) => text(response, hostname),
    '/hostName': (_query, _request, response) => text(response, hostname),
    '/echo': echo,
    '/header': header,
    '/healthz': (_query, _request, response) => text(response, '', control.ready() ? 200 : 412),
    '/env': (_query, _request, response) =>
      text(response, JSON.stringify(control.surroundings.env), 200, 'application/json'),
    '/redirect': (query, _request, response) => {
      const code = Number(query.get('code') || '302')
      if (!(code >= 300 && code <= 399)) return text(response, "argument 'code' must be in 300-399 or empty\n")
      response.writeHead(code, { location: encodeURI(query.get('location') ?? '/'), 'content-length': 0 }).end()
    },
    '/dial': (query, _request, response) => dialed(network, query, response),
    '/exit': exit,
    '/shutdown': exit,
    '/shell': later,
    '/upload': later,
  }
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (control.draining()) response.setHeader('connection', 'close')
    const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s)
    // netexec answers every other path as it answers `/`; a map from a literal has inherited names, hence hasOwn.
    const handler = Object.hasOwn(paths, path) ? paths[path] : undefined
    if (handler === undefined) {
      const who = whoAnswers(request, hostname, place)
      if (/\bapplication\/json\b/.test(request.headers.accept ?? ''))
        text(response, `${JSON.stringify(who)}\n`, 200, 'application/json')
      else text(response, whoText(who))
      return
    }
    Promise.resolve()
      .then(() => handler(new URLSearchParams(search), request, response))
      .catch((error: unknown) => {
        if (!response.headersSent) text(response, `${error instanceof Error ? error.message : error}\n`, 500)
      })
  }
}
