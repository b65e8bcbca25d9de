import { spawnSync } from 'node:child_process'
import { type ExecConfig, KubeconfigError } from './kubeconfig.ts'

/** What proves who asks; PEM texts. */
export interface Credentials {
  readonly token?: string
  readonly certificate?: string
  readonly key?: string
}

/** What a plugin is told of the cluster, where it asks for that (`provideClusterInfo`). */
export interface ExecCluster {
  readonly server: string
  readonly 'tls-server-name'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  readonly 'certificate-authority-data'?: string
  readonly 'proxy-url'?: string
  readonly 'disable-compression'?: boolean
  readonly config?: unknown
}

export interface ExecOptions {
  readonly exec: ExecConfig
  readonly cluster: ExecCluster
  /** `user "eks" of FILE`. */
  readonly place: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Whether somebody sits at the standard input. */
  readonly terminal: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const MODES = ['Never', 'IfAvailable', 'Always']
/** One that is over when it comes is not asked for again at once: nothing better would come. */
const SHORTEST_MS = 10_000

/** Whether the plugin may ask the person who called. Throws KubeconfigError where the kubeconfig says nothing usable. */
const isInteractive = ({ exec, place, terminal }: ExecOptions): boolean => {
  const { apiVersion, command, interactiveMode: mode } = exec
  const field = (name: string, what: string, hint: string): KubeconfigError =>
    new KubeconfigError(`${place}: exec.${name} ${what}`, { hint })
  if (!command) throw field('command', 'is missing', 'name the program that gives the credentials')
  if (apiVersion === undefined || !VERSIONS.includes(apiVersion)) {
    const what = apiVersion === undefined ? 'is missing' : `${apiVersion} is not known`
    throw field('apiVersion', what, `${VERSIONS.join(' or ')}; an update of the plugin writes it`)
  }
  if (mode === undefined && apiVersion === VERSIONS[0])
    throw field('interactiveMode', `is missing, which ${apiVersion} asks for`, MODES.join(', '))
  if (mode !== undefined && !MODES.includes(mode))
    throw field('interactiveMode', `${JSON.stringify(mode)} is not known`, MODES.join(', '))
  if (mode === 'Always' && !terminal)
    throw new KubeconfigError(`${place}: ${command} must ask a person, and the standard input is no terminal`, {
      hint: 'call it from a terminal, or log in with the plugin first and set exec.interactiveMode to IfAvailable',
    })
  return terminal && mode !== 'Never'
}

/** The standard error is the caller's: a plugin says there what it wants. */
const run = (options: ExecOptions): string => {
  const { exec, cluster, place, environment } = options
  const interactive = isInteractive(options)
  const spec = { ...(exec.provideClusterInfo && { cluster }), interactive }
  const info = { kind: 'ExecCredential', apiVersion: exec.apiVersion, spec }
  const own = Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value]))
  const command = exec.command!
  const ended = spawnSync(command, exec.args ?? [], {
    env: { ...environment, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    maxBuffer: 16 << 20,
    encoding: 'utf8',
  })
  const hint = exec.installHint?.trim()
  if (ended.error) {
    const { code } = ended.error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'is not installed' : code === 'EACCES' ? 'cannot be executed' : ended.error.message
    throw new KubeconfigError(`${place}: the credential plugin ${command} ${why}`, {
      hint: hint || `install ${command}, or put its folder into PATH`,
      cause: ended.error,
    })
  }
  if (ended.status !== 0) {
    const how = ended.status === null ? `was ended by ${ended.signal}` : `failed with exit code ${ended.status}`
    throw new KubeconfigError(`${place}: the credential plugin ${command} ${how}`, {
      hint: `what it wrote stands above; by hand: ${[command, ...(exec.args ?? [])].join(' ')}`,
    })
  }
  return ended.stdout
}

interface Answer {
  readonly credentials: Credentials
  /** Milliseconds since 1970. */
  readonly expires: number
}

const read = (output: string, { exec, place }: ExecOptions): Answer => {
  const wrong = (what: string): KubeconfigError =>
    new KubeconfigError(`${place}: the credential plugin ${exec.command} ${what}`, {
      hint: `it has to print an ExecCredential of ${exec.apiVersion} with a status`,
    })
  let answer: unknown
  try {
    answer = JSON.parse(output)
  } catch {
    throw wrong('printed what is no JSON')
  }
  const { kind, apiVersion, status } = (answer ?? {}) as {
    readonly kind?: unknown
    readonly apiVersion?: unknown
    readonly status?: Readonly<Record<string, string | undefined>> | null
  }
  if (kind !== 'ExecCredential') throw wrong(`printed ${JSON.stringify(kind)} and no ExecCredential`)
  if (apiVersion !== exec.apiVersion) throw wrong(`answers by ${apiVersion}, and was asked by ${exec.apiVersion}`)
  if (!status) throw wrong('gave no status')
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = status
  if (!token && !certificate && !key) throw wrong('gave neither a token nor a certificate')
  if (!certificate !== !key) throw wrong('gave only one of certificate and key')
  const expires = expirationTimestamp ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY
  if (Number.isNaN(expires)) throw wrong(`gave an expirationTimestamp that is no time: ${expirationTimestamp}`)
  return { credentials: { ...(token && { token }), ...(certificate && key && { certificate, key }) }, expires }
}

/**
 * Credentials of a plugin, as kubectl runs it: once, and again when they are over. What it could not give is not asked
 * for again. Throws KubeconfigError.
 */
export const execCredentials = (options: ExecOptions): (() => Credentials) => {
  let known: Answer | undefined
  let failed: unknown
  return () => {
    if (failed !== undefined) throw failed
    const now = options.now()
    if (known !== undefined && now < known.expires) return known.credentials
    try {
      const answer = read(run(options), options)
      known = { ...answer, expires: Math.max(answer.expires, options.now() + SHORTEST_MS) }
      return known.credentials
    } catch (error) {
      failed = error
      throw error
    }
  }
}
