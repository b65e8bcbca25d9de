import { readFileSync } from 'node:fs'
import { fileToken } from '../changing-file.ts'
import type { HttpsTarget } from '../https-client.ts'
import { environmentProxy, parseProxy } from '../proxy/proxy-choice.ts'
import { authProviderToken } from './auth-provider.ts'
import { type ExecCluster, execCredentials } from './exec-credential.ts'
import { type Kubeconfig, type KubeconfigCluster, KubeconfigError, type KubeconfigUser, place } from './kubeconfig.ts'

/** What of the caller's surroundings decides. */
interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether somebody sits at the standard input, whom a credential plugin may ask. */
  readonly terminal: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * How a parsed kubeconfig's context is reached, and what proves who asks, as kubectl has
 * it. A credential plugin is run when the first request is made. Throws KubeconfigError, naming file, entry and field.
 */
export const targetOfKubeconfig = (
  config: Kubeconfig,
  contextName: string,
  surroundings: Surroundings,
): HttpsTarget => {
  const names = config.contexts?.map(({ name }) => name) ?? []
  const entry = config.contexts?.find(({ name }) => name === contextName)
  if (!entry)
    throw new KubeconfigError(`the kubeconfig has no context ${JSON.stringify(contextName)}`, {
      hint: names.length > 0 ? `--context: ${names.join(', ')}` : 'kubectl config view shows what it has',
    })
  const { context } = entry
  const missing = (kind: string, name: string): KubeconfigError =>
    new KubeconfigError(`${place('context', entry)} names ${kind} ${JSON.stringify(name)}, which no kubeconfig has`, {
      hint: `kubectl config view shows what there is; kubectl config set-context ${entry.name} --${kind}=NAME mends it`,
    })
  const clusterEntry = config.clusters?.find(({ name }) => name === context.cluster)
  if (!clusterEntry) throw missing('cluster', context.cluster ?? '')
  const userEntry = config.users?.find(({ name }) => name === context.user)
  if (!userEntry && context.user) throw missing('user', context.user)
  const cluster = clusterTarget(clusterEntry.cluster, place('cluster', clusterEntry), surroundings)
  // As kubectl has it: whoever asks without TLS shows nobody a password.
  if (!userEntry || cluster.server.startsWith('http:')) return cluster
  const where = place('user', userEntry)
  return { ...cluster, ...userTarget(userEntry.user, where, execCluster(clusterEntry.cluster, cluster), surroundings) }
}

const fileOr = (data: string | undefined, file: string | undefined, where: string, field: string) => {
  if (data) return Buffer.from(data, 'base64').toString()
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new KubeconfigError(`${where}: ${field}: ${(cause as Error).message}`, {
      hint: 'a relative path starts at the folder of the kubeconfig',
      cause,
    })
  }
}

const clusterTarget = (cluster: KubeconfigCluster, where: string, { environment }: Surroundings): HttpsTarget => {
  const ca = fileOr(
    cluster['certificate-authority-data'],
    cluster['certificate-authority'],
    where,
    'certificate-authority',
  )
  const insecure = cluster['insecure-skip-tls-verify'] === true
  if (insecure && ca !== undefined)
    throw new KubeconfigError(`${where}: certificate-authority and insecure-skip-tls-verify exclude each other`, {
      hint: 'leave one of them out',
    })
  if (!cluster.server) throw new KubeconfigError(`${where}: server is missing`, { hint: 'server: https://HOST:6443' })
  const server = serverUrl(cluster.server, ca !== undefined || insecure, where)
  const proxy = cluster['proxy-url']
    ? parseProxy(cluster['proxy-url'], `${where}: proxy-url`)
    : environmentProxy(server, environment)
  return {
    server: server.href.replace(/\/$/, ''),
    ...(ca !== undefined ? { ca } : {}),
    ...(cluster['tls-server-name'] ? { serverName: cluster['tls-server-name'] } : {}),
    ...(insecure ? { insecureSkipVerify: true } : {}),
    ...(proxy ? { proxy } : {}),
  }
}

/** Without a scheme, a server is asked by TLS where anything of the cluster is about TLS. */
const serverUrl = (text: string, tls: boolean, where: string): URL => {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `${tls ? 'https' : 'http'}://${text}`)
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url
  throw new KubeconfigError(`${where}: server ${JSON.stringify(text)} is no URL of https or http`, {
    hint: 'server: https://HOST:6443',
  })
}

const execCluster = (cluster: KubeconfigCluster, target: HttpsTarget): ExecCluster => {
  const extension = cluster.extensions?.find(({ name }) => name === 'client.authentication.k8s.io/exec')?.extension
  return {
    server: cluster.server!,
    ...(target.serverName && { 'tls-server-name': target.serverName }),
    ...(target.insecureSkipVerify && { 'insecure-skip-tls-verify': true }),
    ...(target.ca !== undefined && { 'certificate-authority-data': Buffer.from(target.ca).toString('base64') }),
    ...(cluster['proxy-url'] && { 'proxy-url': cluster['proxy-url'] }),
    ...(cluster['disable-compression'] && { 'disable-compression': true }),
    ...(extension !== undefined && { config: extension }),
  }
}

const userTarget = (
  user: KubeconfigUser,
  where: string,
  cluster: ExecCluster,
  { environment, terminal, now }: Surroundings,
): Partial<HttpsTarget> => {
  const { token, tokenFile, username, password, exec, 'auth-provider': provider } = user
  const certificate = fileOr(user['client-certificate-data'], user['client-certificate'], where, 'client-certificate')
  const key = fileOr(user['client-key-data'], user['client-key'], where, 'client-key')
  const hasToken = token || tokenFile
  const hasPassword = username || password
  for (const [ways, both] of [
    ['a token and a password', hasToken && hasPassword],
    ['exec and auth-provider', exec && provider],
  ] as const)
    if (both)
      throw new KubeconfigError(`${where} logs in by ${ways}`, { hint: 'leave one of them, as kubectl asks too' })
  if ((certificate === undefined) !== (key === undefined))
    throw new KubeconfigError(`${where}: ${key === undefined ? 'client-key' : 'client-certificate'} is missing`, {
      hint: 'a client certificate proves who asks by its key: both are needed',
    })
  const authorization = hasPassword ? basic(username ?? '', password ?? '') : undefined
  // What is given outright is taken, and no program run.
  const given = hasToken || hasPassword
  return {
    ...(certificate !== undefined && key !== undefined ? { certificate, key } : {}),
    ...(tokenFile ? namedToken(tokenFile, token, where) : token ? { token: () => token } : {}),
    ...(provider && !given ? { token: () => authProviderToken(provider, where, now()) } : {}),
    ...(exec && !given
      ? { credentials: execCredentials({ exec, cluster, place: where, environment, terminal, now }) }
      : {}),
    headers: { ...(authorization !== undefined && { authorization }), ...impersonation(user, where) },
  }
}

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const namedToken = (path: string, fallback: string | undefined, where: string) => {
  const file = fileToken(path, fallback || undefined)
  const token = (): string => {
    try {
      return file.token()
    } catch (cause) {
      throw new KubeconfigError(`${where}: tokenFile: ${(cause as Error).message}`, {
        hint: 'a relative path starts at the folder of the kubeconfig',
        cause,
      })
    }
  }
  return { ...file, token }
}

/** `as` and its like, as the headers that ask the API server to take the caller for another. */
const impersonation = (user: KubeconfigUser, where: string): Record<string, string | readonly string[]> => {
  const { as, 'as-uid': uid, 'as-groups': groups = [], 'as-user-extra': extra = {} } = user
  if (!as && (uid || groups.length > 0 || Object.keys(extra).length > 0))
    throw new KubeconfigError(`${where}: as-uid, as-groups and as-user-extra need a user to act as`, {
      hint: 'as: NAME',
    })
  return {
    ...(as && { 'impersonate-user': as }),
    ...(uid && { 'impersonate-uid': uid }),
    ...(groups.length > 0 && { 'impersonate-group': groups }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        values,
      ]),
    ),
  }
}
