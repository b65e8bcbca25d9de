import { request as requestHttp } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as requestHttps } from 'node:https'
import type { PeerCertificate } from 'node:tls'
import type { Issued } from './certificates.ts'

const REQUEST_MS = 10_000

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Ask {
  readonly method: string
  /** `Host`; '': the address. */
  readonly host: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** HTTP/2: by ALPN where there is TLS, and else by knowing of it. */
  readonly h2?: boolean
  readonly tls?: Tls
}
export interface Tls {
  readonly name: string
  /** The certificate that the server has, or that of the authority that vouches for it. */
  readonly trust: string
  readonly client?: Issued | undefined
}

/** What a backend of the suite says has arrived. */
interface Arrived {
  readonly path?: string
  readonly host?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, readonly string[]>>
  readonly namespace?: string
  readonly pod?: string
  readonly tls?: { readonly serverName: string; readonly peerCertificates?: readonly string[] }
}
export interface Answer {
  readonly status: number
  /** By lower-case names; several are joined by commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly arrived: Arrived
}

const answerOf = (status: number, raw: readonly (readonly [string, string])[], body: string): Answer => {
  const headers: Record<string, string> = {}
  for (const [name, value] of raw) {
    const key = name.toLowerCase()
    headers[key] = key in headers ? `${headers[key]},${value}` : value
  }
  const isJson = headers['content-type'] === 'application/json'
  return { status, headers, arrived: isJson ? (JSON.parse(body) as Arrived) : {} }
}

/** As Go has it: names of DNS alone, no common name; a star is any one label, also before a name of one label. */
const checkName = (host: string, { subjectaltname = '' }: PeerCertificate): Error | undefined => {
  const names = subjectaltname.split(', ').flatMap((one) => (one.startsWith('DNS:') ? [one.slice(4)] : []))
  return names.includes(host) || names.includes(host.replace(/^[^.]+/, '*'))
    ? undefined
    : new Error(`the certificate is for ${names}, not for ${host}`)
}

/** Go trusts a server's own certificate as the root of its chain, whatever it may sign; OpenSSL by an option. */
export const tlsOptions = ({ name, trust, client }: Tls) => ({
  servername: name,
  ca: trust,
  allowPartialTrustChain: true,
  ...(client && { cert: client.certificate, key: client.key }),
  checkServerIdentity: checkName,
})

const overHttp1 = ({ host: address, port }: Address, ask: Ask): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { method, path, tls } = ask
    const isDefault = port === (tls ? 443 : 80)
    const host = ask.host || (isDefault ? address : `${address}:${port}`)
    const headers = { 'user-agent': 'conformance', 'accept-encoding': 'gzip', ...ask.headers, host }
    const options = { host: address, port, method, path, headers, agent: false, timeout: REQUEST_MS } as const
    const call = tls ? requestHttps({ ...options, ...tlsOptions(tls) }) : requestHttp(options)
    call.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject).on('end', () => {
        const raw = response.rawHeaders
        const pairs = raw.flatMap((one, at) => (at % 2 === 0 ? [[one, raw[at + 1]!] as const] : []))
        try {
          resolve(answerOf(response.statusCode!, pairs, text))
        } catch (error) {
          reject(error)
        }
      })
    })
    call.on('error', reject).on('timeout', () => call.destroy(new Error('timed out')))
    call.end()
  })

const overHttp2 = ({ host, port }: Address, { method, path, headers, host: authority, tls }: Ask): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const session = connectHttp2(`http${tls ? 's' : ''}://${host}:${port}`, tls && tlsOptions(tls))
    session.setTimeout(REQUEST_MS, () => session.destroy(new Error('timed out')))
    session.on('error', reject)
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const stream = session.request({ ':method': method, ':path': path, ':authority': authority || host, ...lower })
    let status = 0
    let given: readonly (readonly [string, string])[] = []
    stream.on('response', (fields) => {
      status = fields[':status']!
      given = Object.entries(fields).map(([name, value]) => [name, String(value)] as const)
    })
    let text = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    stream.on('error', reject).on('end', () => {
      session.close()
      resolve(answerOf(status, given, text))
    })
    stream.end()
  })

/** One request over a connection of its own. Rejects where there is no answer. */
export const roundTrip = (address: Address, ask: Ask): Promise<Answer> =>
  ask.h2 ? overHttp2(address, ask) : overHttp1(address, ask)
