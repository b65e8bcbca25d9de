import { readFileSync } from 'node:fs'
import { FlagError } from '../flags.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Who answers, as the environment of the container says: what the conformance tests of the Gateway API compare. */
export interface EchoContext {
  readonly namespace: string
  readonly ingress: string
  readonly service: string
  readonly pod: string
}

interface TlsSettings {
  readonly cert: Buffer
  readonly key: Buffer
  /** Authorities of clients' certificates; absent: none is asked for. */
  readonly ca?: Buffer
}

/** What `gateway-echo` is told, by the variables of the image echo-basic. */
export interface GatewaySettings {
  readonly mode: 'http' | 'grpc' | 'tcp'
  readonly context: EchoContext
  /** HTTP/1.1; gRPC in plain; or lines of TCP. */
  readonly port: number
  /** HTTP/2 without TLS, in the mode http. */
  readonly h2cPort: number
  readonly tlsPort: number
  readonly tls?: TlsSettings
}

const MOST_PORT = 65535

const portOf = (env: Environment, name: string, fallback: number): number => {
  const text = env[name] || String(fallback)
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > MOST_PORT) throw new FlagError(`${name}: "${text}" is no port`)
  return port
}

const fileOf = (env: Environment, ...names: readonly string[]): Buffer | undefined => {
  const name = names.find((one) => env[one])
  if (name === undefined) return undefined
  try {
    return readFileSync(env[name]!)
  } catch (error) {
    throw new FlagError(`${name}: ${error instanceof Error ? error.message : error}`)
  }
}

/** Reads the environment. Throws FlagError for a port that is none and a file that cannot be read. */
export const readSettings = (env: Environment): GatewaySettings => {
  const mode = env.GRPC_ECHO_SERVER ? 'grpc' : env.TCP_ECHO_SERVER ? 'tcp' : 'http'
  const cert = fileOf(env, 'TLS_SERVER_CERT')
  // Its HTTP server knows the one name, its other servers the other.
  const key = fileOf(env, 'TLS_SERVER_PRIVKEY', 'TLS_SERVER_PRIV_KEY')
  const ca = fileOf(env, 'TLS_CLIENT_CACERTS')
  return {
    mode,
    context: {
      namespace: env.NAMESPACE ?? '',
      ingress: env.INGRESS_NAME ?? '',
      service: env.SERVICE_NAME ?? '',
      pod: env.POD_NAME ?? '',
    },
    port: portOf(env, mode === 'tcp' ? 'TCP_PORT' : 'HTTP_PORT', 3000),
    h2cPort: portOf(env, 'H2C_PORT', 3001),
    tlsPort: portOf(env, mode === 'tcp' ? 'TLS_PORT' : 'HTTPS_PORT', 8443),
    ...(cert && key && { tls: { cert, key, ...(ca && { ca }) } }),
  }
}
