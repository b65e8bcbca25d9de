// The `curl` of the image fairlead/echo: what learners type, in HTTP. Whatever else is asked is refused by name.
import { writeFileSync } from 'node:fs'
import type { LookupFunction } from 'node:net'
import { CurlError } from './curl-error.ts'
import { type CurlOptions, CurlUsageError, parseCurl } from './curl-options.ts'
import { type CurlReply, curlRequest, headerOf } from './curl-request.ts'
import { typedPath } from './curl-target.ts'

const MOST_REDIRECTS = 50

const address = (text: string): URL => {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (!URL.canParse(full)) throw new CurlError(3, `URL rejected: ${text}`)
  const url = new URL(full)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new CurlError(1, `Protocol "${url.protocol.slice(0, -1)}" not supported`)
  return url
}

const headText = ({ version, status, statusText, rawHeaders }: CurlReply): string => {
  const lines = [`HTTP/${version} ${status} ${statusText}`]
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`)
  return `${lines.join('\r\n')}\r\n\r\n`
}

/** What --write-out may ask of the last answer. */
interface Written {
  readonly reply: CurlReply
  readonly url: URL
  readonly redirects: number
  /** Seconds that all took. */
  readonly took: number
}

const writeOut = (format: string, { reply, url, redirects, took }: Written): string => {
  const { status, version, body, from } = reply
  const location = headerOf(reply, 'location')
  const known: Readonly<Record<string, string>> = {
    http_code: String(status).padStart(3, '0'),
    response_code: String(status).padStart(3, '0'),
    http_version: version,
    size_download: String(body.length),
    content_type: headerOf(reply, 'content-type') ?? '',
    redirect_url: location !== undefined && URL.canParse(location, url.href) ? new URL(location, url).href : '',
    num_redirects: String(redirects),
    url_effective: url.href,
    scheme: url.protocol.slice(0, -1),
    time_total: took.toFixed(6),
    remote_ip: from.remoteAddress ?? '',
    remote_port: String(from.remotePort ?? ''),
    local_ip: from.localAddress ?? '',
    local_port: String(from.localPort ?? ''),
  }
  return format
    .replace(/%(?:\{(\w+)\}|header\{([^}]+)\})/g, (_, name: string | undefined, header: string) => {
      if (name === undefined) return headerOf(reply, header.toLowerCase()) ?? ''
      if (Object.hasOwn(known, name)) return known[name]!
      throw new CurlUsageError(`unknown --write-out variable: '${name}'; known are ${Object.keys(known).join(', ')}`)
    })
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
}

/** What is asked of another host after a redirect: what was meant for the first alone stays behind. */
const elsewhere = (options: CurlOptions): CurlOptions => ({
  ...options,
  user: undefined,
  headers: options.headers.filter((line) => !/^(?:host|authorization|cookie)[:;]/i.test(line)),
})

/** Where a command line's answers go. */
interface CurlOutput {
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>
  /** How names are found; absent: as the C library does. */
  readonly lookup?: LookupFunction
}

const fetchOne = async (text: string, options: CurlOptions, { stdout, stderr, lookup }: CurlOutput): Promise<void> => {
  const begun = performance.now()
  let url = address(text)
  let path = options.pathAsIs ? typedPath(text) : url.pathname + url.search
  let asked = options
  for (let redirects = 0; ; redirects++) {
    const reply = await curlRequest(url, path, asked, lookup)
    const { status: statusCode } = reply
    const location = headerOf(reply, 'location')
    const agreed = reply.tls === undefined ? '' : `* ${reply.tls}\n`
    if (options.verbose) stderr.write(`* ${url.href}\n${agreed}${headText(reply).replace(/^(?=.)/gm, '< ')}`)
    if (options.include || options.head) stdout.write(headText(reply))
    if (options.location && statusCode >= 300 && statusCode < 400 && location !== undefined) {
      if (redirects >= MOST_REDIRECTS) throw new CurlError(47, `Maximum (${MOST_REDIRECTS}) redirects followed`)
      const before = url.origin
      url = address(new URL(location, url).href)
      path = url.pathname + url.search
      if (url.origin !== before) asked = elsewhere(asked)
      // What was sent has been taken there; only these two say that it is to be sent again.
      if (statusCode !== 307 && statusCode !== 308) asked = { ...asked, data: undefined }
      continue
    }
    const refused = options.fail && statusCode >= 400
    if (!refused && options.output === undefined) stdout.write(reply.body)
    else if (!refused && options.output !== undefined) writeFileSync(options.output, reply.body)
    const took = (performance.now() - begun) / 1000
    stdout.write(writeOut(options.writeOut, { reply, url, redirects, took }))
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
