// The `curl` of the image fairlead/echo: what learners type, in HTTP. Whatever else is asked is refused by name.
import { writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { type CurlOptions, CurlUsageError, parseCurl } from './curl-options.ts'

/** What went wrong, with curl's exit status for it. */
class CurlError extends Error {
  readonly code = 'CURL_FAILED'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const MOST_REDIRECTS = 50
/** What programs that serve everybody are refused by where a certificate is nobody's. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/

const failure = (error: NodeJS.ErrnoException, { hostname, port, protocol }: URL): CurlError => {
  const { code = '' } = error
  if (error instanceof CurlError) return error
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new CurlError(6, `Could not resolve host: ${hostname}`)
  if (code === 'ECONNRESET') return new CurlError(error.message === 'socket hang up' ? 52 : 56, error.message)
  if (CERTIFICATE.test(code)) return new CurlError(60, `SSL certificate problem: ${error.message}`)
  return new CurlError(
    7,
    `Failed to connect to ${hostname} port ${port || (protocol === 'https:' ? 443 : 80)}: ${code || error.message}`,
  )
}

const address = (text: string): URL => {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(full)) throw new CurlError(3, `URL rejected: ${text}`)
  const url = new URL(full)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new CurlError(1, `Protocol "${url.protocol.slice(0, -1)}" not supported`)
  return url
}

const headersOf = (options: CurlOptions): Record<string, string> => {
  const headers: Record<string, string> = { 'user-agent': 'curl/8 (fairlead/echo)', accept: '*/*' }
  if (options.data !== undefined) headers['content-type'] = 'application/x-www-form-urlencoded'
  for (const line of options.headers) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s)
    headers[name.trim().toLowerCase()] = value
  }
  return headers
}

interface Reply {
  readonly answer: IncomingMessage
  readonly body: Buffer
}

const ask = (url: URL, options: CurlOptions, lookup: LookupFunction | undefined): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const method = options.method ?? (options.head ? 'HEAD' : options.data === undefined ? 'GET' : 'POST')
    const fail = (error: Error): void => reject(failure(error, url))
    // Which of its three sentences curl says depends on how far it came, not on which limit it was.
    let phase = isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? 'Resolving' : 'Connection'
    let received = 0
    let expected = ''
    const call = (url.protocol === 'https:' ? requestSecurely : request)(
      url,
      // No agent: every call is a connection of its own, so that a Service may choose another endpoint for it.
      {
        method,
        headers: headersOf(options),
        family: options.family,
        agent: false,
        lookup,
        rejectUnauthorized: !options.insecure,
      },
      (answer) => {
        const chunks: Buffer[] = []
        const { 'content-length': length } = answer.headers
        if (length !== undefined) expected = ` out of ${length}`
        answer.on('data', (chunk: Buffer) => {
          received += chunk.length
          chunks.push(chunk)
        })
        answer.on('error', fail)
        answer.on('end', () => resolve({ answer, body: Buffer.concat(chunks) }))
      },
    )
    const late = (seconds: number): CurlError => {
      const how = phase === 'Operation' ? ` with ${received}${expected} bytes received` : ''
      return new CurlError(28, `${phase} timed out after ${Math.round(seconds * 1000)} milliseconds${how}`)
    }
    const limit = (seconds: number | undefined): NodeJS.Timeout | undefined =>
      // 0 is no limit, as to curl.
      !seconds ? undefined : setTimeout(() => call.destroy(late(seconds)), seconds * 1000)
    const whole = limit(options.maxTime)
    const connecting = limit(options.connectTimeout)
    call.on('socket', (socket) => {
      socket.once('lookup', () => {
        phase = 'Connection'
      })
      socket.once('connect', () => {
        phase = 'Operation'
        clearTimeout(connecting)
      })
    })
    call.on('close', () => {
      clearTimeout(whole)
      clearTimeout(connecting)
    })
    call.on('error', fail)
    call.end(options.data)
  })

const headText = ({ httpVersion, statusCode, statusMessage, rawHeaders }: IncomingMessage): string => {
  const lines = [`HTTP/${httpVersion} ${statusCode} ${statusMessage}`]
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

const writeOut = (format: string, { answer, body }: Reply): string =>
  format
    .replace(/%\{(\w+)\}/g, (_, name: string) => {
      const known: Readonly<Record<string, string>> = {
        http_code: String(answer.statusCode),
        response_code: String(answer.statusCode),
        size_download: String(body.length),
        remote_ip: answer.socket.remoteAddress ?? '',
        remote_port: String(answer.socket.remotePort ?? ''),
        local_ip: answer.socket.localAddress ?? '',
        local_port: String(answer.socket.localPort ?? ''),
      }
      if (Object.hasOwn(known, name)) return known[name]!
      throw new CurlUsageError(`unknown --write-out variable: '${name}'; known are ${Object.keys(known).join(', ')}`)
    })
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')

/** Where a command line's answers go. */
interface CurlOutput {
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>
  /** How names are found; absent: as the C library does. */
  readonly lookup?: LookupFunction
}

const fetchOne = async (text: string, options: CurlOptions, { stdout, stderr, lookup }: CurlOutput): Promise<void> => {
  let url = address(text)
  let asked = options
  for (let redirects = 0; ; redirects++) {
    const reply = await ask(url, asked, lookup)
    const { statusCode = 0, headers } = reply.answer
    if (options.verbose) stderr.write(`* ${url.href}\n${headText(reply.answer).replace(/^(?=.)/gm, '< ')}`)
    if (options.include || options.head) stdout.write(headText(reply.answer))
    if (options.location && statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      if (redirects >= MOST_REDIRECTS) throw new CurlError(47, `Maximum (${MOST_REDIRECTS}) redirects followed`)
      url = new URL(headers.location, url)
      // What was sent has been taken there; only these two say that it is to be sent again.
      if (statusCode !== 307 && statusCode !== 308) asked = { ...asked, data: undefined }
      continue
    }
    const refused = options.fail && statusCode >= 400
    if (!refused && options.output === undefined) stdout.write(reply.body)
    else if (!refused && options.output !== undefined) writeFileSync(options.output, reply.body)
    stdout.write(writeOut(options.writeOut, reply))
    if (refused) throw new CurlError(22, `The requested URL returned error: ${statusCode}`)
    return
  }
}

/** Runs one command line and gives curl's exit status. */
export const curl = async (
  args: readonly string[],
  output: CurlOutput = { stdout: process.stdout, stderr: process.stderr },
): Promise<number> => {
  let options: CurlOptions | undefined
  try {
    options = parseCurl(args)
    if (options.urls.length === 0) throw new CurlUsageError('no URL specified')
    for (const url of options.urls) await fetchOne(url, options, output)
    return 0
  } catch (error) {
    const status = error instanceof CurlError ? error.status : error instanceof CurlUsageError ? 2 : 23
    if (!options?.silent || options.showError || status === 2)
      output.stderr.write(`curl: (${status}) ${error instanceof Error ? error.message : error}\n`)
    return status
  }
}
