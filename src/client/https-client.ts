import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { socketText } from '#net/port-protocol.ts'
import type { Client } from './client.ts'
import { createHttpClient, type Transport } from './http-client.ts'

/** Where an API server is and how to prove who asks. PEM texts. */
export interface HttpsTarget {
  /** `https://10.96.0.1:443`; a path is kept in front of all others. */
  readonly server: string
  readonly ca?: string
  /** The name that the server's certificate is checked against, where it is not the URL's. */
  readonly serverName?: string
  readonly insecureSkipVerify?: boolean
  readonly certificate?: string
  readonly key?: string
  /** Asked for on each request, so that a rotated token is used at once. */
  readonly token?: () => string
}

/** A kubeconfig, or what it leads to, that cannot be used. */
export class KubeconfigError extends Error {
  readonly code = 'KUBECONFIG_INVALID'
  constructor(message: string) {
    super(message)
    this.name = 'KubeconfigError'
  }
}

/** The parts of a kubeconfig (v1 Config) that say how to connect. */
export interface Kubeconfig {
  readonly 'current-context'?: string
  readonly contexts?: readonly {
    readonly name: string
    readonly context: { readonly cluster: string; readonly user: string }
  }[]
  readonly clusters?: readonly { readonly name: string; readonly cluster: KubeconfigCluster }[]
  readonly users?: readonly { readonly name: string; readonly user: KubeconfigUser }[]
}

interface KubeconfigCluster {
  readonly server: string
  readonly 'certificate-authority'?: string
  readonly 'certificate-authority-data'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  readonly 'tls-server-name'?: string
}

interface KubeconfigUser {
  readonly 'client-certificate'?: string
  readonly 'client-certificate-data'?: string
  readonly 'client-key'?: string
  readonly 'client-key-data'?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly exec?: unknown
  readonly 'auth-provider'?: unknown
  readonly username?: string
}

const pem = (data: string | undefined, file: string | undefined): string | undefined =>
  data !== undefined
    ? Buffer.from(data, 'base64').toString()
    : file !== undefined
      ? readFileSync(file, 'utf8')
      : undefined

/**
 * What a parsed kubeconfig says of a context (the current one unless named). Throws KubeconfigError, and Node's error
 * for a file that cannot be read.
 */
export const targetOfKubeconfig = (config: Kubeconfig, contextName = config['current-context']): HttpsTarget => {
  const context = config.contexts?.find(({ name }) => name === contextName)?.context
  if (!context) throw new KubeconfigError(`the kubeconfig has no context ${JSON.stringify(contextName ?? '')}`)
  const cluster = config.clusters?.find(({ name }) => name === context.cluster)?.cluster
  if (!cluster)
    throw new KubeconfigError(
      `context ${contextName} names cluster ${context.cluster}, which the kubeconfig does not have`,
    )
  const user = config.users?.find(({ name }) => name === context.user)?.user ?? {}
  if (user.exec !== undefined || user['auth-provider'] !== undefined || user.username !== undefined) {
    throw new KubeconfigError(
      `user ${context.user} authenticates by exec, auth-provider or password, which is not supported here: use a client certificate or a token`,
    )
  }
  const ca = pem(cluster['certificate-authority-data'], cluster['certificate-authority'])
  const certificate = pem(user['client-certificate-data'], user['client-certificate'])
  const key = pem(user['client-key-data'], user['client-key'])
  const { token, tokenFile } = user
  return {
    server: cluster.server,
    ...(ca !== undefined ? { ca } : {}),
    ...(cluster['tls-server-name'] ? { serverName: cluster['tls-server-name'] } : {}),
    ...(cluster['insecure-skip-tls-verify'] ? { insecureSkipVerify: true } : {}),
    ...(certificate !== undefined ? { certificate } : {}),
    ...(key !== undefined ? { key } : {}),
    ...(token !== undefined ? { token: () => token } : tokenFile ? { token: fileToken(tokenFile) } : {}),
  }
}

/** A kubelet renews a token well before it ends; re-reading it once a minute follows in time. */
const TOKEN_AGE = 60_000

const fileToken = (path: string): (() => string) => {
  let token = ''
  let readAt = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (now - readAt > TOKEN_AGE) {
      token = readFileSync(path, 'utf8').trim()
      readAt = now
    }
    return token
  }
}

export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What a pod finds in itself: the token and CA of its ServiceAccount, the server by environment or by name. */
export const targetInPod = (
  folder = SERVICE_ACCOUNT_FOLDER,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): HttpsTarget => {
  const host = environment.KUBERNETES_SERVICE_HOST ?? 'kubernetes.default.svc'
  const port = environment.KUBERNETES_SERVICE_PORT ?? '443'
  return {
    server: `https://${socketText(host, Number(port))}`,
    ca: readFileSync(`${folder}/ca.crt`, 'utf8'),
    token: fileToken(`${folder}/token`),
  }
}

/** A Client over HTTPS: TLS sessions and connections are kept. */
export const createHttpsClient = (target: HttpsTarget): Client => createHttpClient(httpsTransport(target))

/** Requests over TLS to one server. Throws KubeconfigError where its URL is none of https. */
export const httpsTransport = (target: HttpsTarget): Transport => {
  const url = new URL(target.server)
  if (url.protocol !== 'https:') throw new KubeconfigError(`the server must be https, not ${target.server}`)
  const agent = new Agent({
    keepAlive: true,
    ...(target.ca !== undefined ? { ca: target.ca } : {}),
    ...(target.certificate !== undefined ? { cert: target.certificate } : {}),
    ...(target.key !== undefined ? { key: target.key } : {}),
    ...(target.serverName ? { servername: target.serverName } : {}),
    rejectUnauthorized: target.insecureSkipVerify !== true,
  })
  const prefix = url.pathname.replace(/\/+$/, '')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    target: url.origin,
    open(options, onResponse) {
      const authorization = target.token ? { authorization: `Bearer ${target.token()}` } : {}
      const headers = { ...(options.headers as Record<string, string>), ...authorization, host: url.host }
      const path = `${prefix}${options.path}`
      return request({ ...options, headers, path, agent, host, port: url.port || 443 }, onResponse)
    },
    close: () => agent.destroy(),
  }
}
