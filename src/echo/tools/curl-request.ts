import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, TLSSocket } from 'node:tls'
import { CurlError, curlFailure, type Phase } from './curl-error.ts'
import type { CurlOptions } from './curl-options.ts'
import { type CurlTarget, targetOf } from './curl-target.ts'

/** One answer, whole, whatever brought it. */
export interface CurlReply {
  /** `1.1`, `2`. */
  readonly version: string
  readonly status: number
  /** HTTP/2 has no words for it. */
  readonly statusText: string
  /** Names and values by turns. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly from: Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>
  /** What was agreed on, for people; absent without TLS. */
  readonly tls?: string
}

/** The first value of a field. */
export const headerOf = ({ rawHeaders }: Pick<CurlReply, 'rawHeaders'>, name: string): string | undefined => {
  const at = rawHeaders.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name)
  return at < 0 ? undefined : rawHeaders[at + 1]
}

/** The fields that go out, by lower-case name. `-H 'Name:'` takes one away, `-H 'Name;'` sends it empty. */
const headersOf = (options: CurlOptions): Record<string, string[]> => {
  const headers: Record<string, string[]> = { 'user-agent': ['curl/8 (fairlead/echo)'], accept: ['*/*'] }
  if (options.data !== undefined) headers['content-type'] = ['application/x-www-form-urlencoded']
  if (options.user !== undefined) headers.authorization = [`Basic ${Buffer.from(options.user).toString('base64')}`]
  const given = new Set<string>()
  for (const line of options.headers) {
    const isEmpty = /^[^:]+;$/.test(line)
    const [typed = '', value = ''] = isEmpty ? [line.slice(0, -1)] : line.split(/:\s*(.*)/s)
    const name = typed.trim().toLowerCase()
    if (!given.has(name)) delete headers[name]
    given.add(name)
    if (value !== '' || isEmpty) headers[name] = [...(headers[name] ?? []), value]
  }
  return headers
}

const fileOf = (option: string, path: string | undefined, status: number): Buffer | undefined => {
  try {
    return path === undefined ? undefined : readFileSync(path)
  } catch (error) {
    throw new CurlError(status, `${option}: ${error instanceof Error ? error.message : error}`)
  }
}

const tlsOptions = ({ name }: CurlTarget, { insecure, version, cacert, cert, key }: CurlOptions) => {
  const [ca, own, secret] = [
    fileOf('--cacert', cacert, 77),
    fileOf('--cert', cert, 58),
    fileOf('--key', key ?? cert, 58),
  ]
  return {
    rejectUnauthorized: !insecure,
    ...(ca && { ca }),
    ...(own && { cert: own }),
    ...(own && secret && { key: secret }),
    // An address is asked for by no name.
    ...(isIP(name) === 0 && { servername: name }),
    // Whoever is connected to is to be who the URL says.
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(name, certificate),
    ALPNProtocols: version === '1.1' ? ['http/1.1'] : version === '2-known' ? ['h2'] : ['h2', 'http/1.1'],
  }
}

const agreed = (socket: Socket): string | undefined => {
  if (!(socket instanceof TLSSocket)) return undefined
  const { subject } = socket.getPeerCertificate()
  const names = [subject?.CN].flat().join(', ')
  return `${socket.getProtocol()}, ${socket.getCipher().name}, ALPN ${socket.alpnProtocol || 'none'}, server certificate of ${names}${socket.authorized ? '' : ' (not trusted)'}`
}

const phaseOf = (isTls: boolean): Phase => (isTls ? 'SSL connection' : 'Operation')

/** Sends one request and waits for the whole answer. Rejects with CurlError, or CurlUsageError. */
export const curlRequest = async (
  url: URL,
  path: string,
  options: CurlOptions,
  lookup: LookupFunction | undefined,
): Promise<CurlReply> => {
  const target = targetOf(url, options)
  const { host, port } = target
  const isTls = url.protocol === 'https:'
  const secrets = isTls ? tlsOptions(target, options) : undefined
  let phase: Phase = isIP(host) === 0 ? 'Resolving' : 'Connection'
  let received = 0
  let expected = ''
  const { promise: over, reject: end } = Promise.withResolvers<never>()
  over.catch(() => undefined)
  const limit = (seconds: number | undefined): NodeJS.Timeout | undefined => {
    const expire = (): void => {
      const how = phase === 'Operation' ? ` with ${received}${expected} bytes received` : ''
      end(new CurlError(28, `${phase} timed out after ${Math.round(seconds! * 1000)} milliseconds${how}`))
    }
    // 0 is no limit, as to curl.
    return seconds ? setTimeout(expire, seconds * 1000) : undefined
  }
  const [whole, connecting] = [limit(options.maxTime), limit(options.connectTimeout)]
  // Every call is a connection of its own, so that a Service may choose another endpoint for it.
  const socket = connectTcp({ host, port, family: options.family, ...(lookup && { lookup }) })
  socket.on('lookup', () => {
    phase = 'Connection'
  })
  socket.on('error', end)
  const carrier = secrets ? connectTls({ ...secrets, socket }) : socket
  carrier.on('error', end)
  socket.once('connect', () => {
    phase = phaseOf(isTls)
  })
  const count = (length: string | undefined) => {
    if (length !== undefined) expected = ` out of ${length}`
    return (chunk: Buffer): void => {
      received += chunk.length
    }
  }
  const exchange = async (): Promise<CurlReply> => {
    await new Promise((resolve) => carrier.once(secrets ? 'secureConnect' : 'connect', resolve))
    phase = 'Operation'
    clearTimeout(connecting)
    const isHttp2 = carrier instanceof TLSSocket ? carrier.alpnProtocol === 'h2' : options.version === '2-known'
    if (options.version === '2-known' && !isHttp2) throw new CurlError(35, 'the server does not speak HTTP/2 (ALPN)')
    const { remoteAddress, remotePort, localAddress, localPort } = socket
    const told = agreed(carrier)
    const reply = await (isHttp2 ? overHttp2 : overHttp1)({ url, path, options, carrier, end, count })
    return {
      ...reply,
      from: { remoteAddress, remotePort, localAddress, localPort },
      ...(told && { tls: told }),
    } as CurlReply
  }
  try {
    return await Promise.race([exchange(), over])
  } catch (error) {
    throw curlFailure(error as Error, host, port, phase as Phase)
  } finally {
    clearTimeout(whole)
    clearTimeout(connecting)
    carrier.destroy()
    socket.destroy()
  }
}

interface Exchange {
  readonly url: URL
  readonly path: string
  readonly options: CurlOptions
  readonly carrier: Socket
  readonly end: (error: Error) => void
  /** Told the length that is announced; then each piece. */
  readonly count: (length: string | undefined) => (chunk: Buffer) => void
}
type Answer = Omit<CurlReply, 'from' | 'tls'>

const methodOf = ({ method, head, data }: CurlOptions): string =>
  method ?? (head ? 'HEAD' : data === undefined ? 'GET' : 'POST')

const overHttp1 = ({ url, path, options, carrier, end, count }: Exchange): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { host = [url.host], ...headers } = headersOf(options)
    const call = request(
      { method: methodOf(options), path, headers: { host: host[0], ...headers }, createConnection: () => carrier },
      (answer) => {
        const chunks: Buffer[] = []
        const add = count(answer.headers['content-length'])
        answer.on('data', (chunk: Buffer) => {
          add(chunk)
          chunks.push(chunk)
        })
        answer.on('error', end)
        const { httpVersion: version, statusCode: status = 0, statusMessage: statusText = '', rawHeaders } = answer
        answer.on('end', () => resolve({ version, status, statusText, rawHeaders, body: Buffer.concat(chunks) }))
      },
    )
    call.on('error', reject)
    call.end(options.data)
  })

const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']

const overHttp2 = ({ url, path, options, carrier, end, count }: Exchange): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { host = [url.host], ...headers } = headersOf(options)
    for (const name of HOP_BY_HOP) delete headers[name]
    const session = connectHttp2(url.origin, { createConnection: () => carrier })
    session.on('error', reject)
    const stream = session.request({
      ':method': methodOf(options),
      ':path': path,
      ':scheme': url.protocol.slice(0, -1),
      ':authority': host[0],
      ...headers,
    })
    const chunks: Buffer[] = []
    let reply: Omit<Answer, 'body'> | undefined
    let add: (chunk: Buffer) => void = () => undefined
    stream.on('response', (fields, _flags, raw: readonly string[] = []) => {
      add = count(fields['content-length'])
      const rawHeaders = raw.filter((_name, at) => !raw[at - (at % 2)]!.startsWith(':'))
      reply = { version: '2', status: fields[':status'] ?? 0, statusText: '', rawHeaders }
    })
    stream.on('data', (chunk: Buffer) => {
      add(chunk)
      chunks.push(chunk)
    })
    stream.on('error', end)
    stream.on('end', () => {
      if (reply === undefined) reject(new CurlError(52, 'the connection ended without an answer'))
      else resolve({ ...reply, body: Buffer.concat(chunks) })
    })
    stream.end(options.data)
  })
