/** A kubeconfig, or what it leads to, that cannot be used. */
export class KubeconfigError extends Error {
  readonly code = 'KUBECONFIG_INVALID'
  /** The way out, one sentence or a command. */
  readonly hint: string | undefined
  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'KubeconfigError'
    this.hint = options.hint
  }
}

/** An entry of one of a kubeconfig's lists. */
interface Entry {
  readonly name: string
  /** The file that it was read from, for messages. */
  readonly file?: string
}

/** The parts of a kubeconfig (v1 Config) that say how to connect. Paths are absolute. */
export interface Kubeconfig {
  readonly 'current-context'?: string
  readonly contexts?: readonly (Entry & { readonly context: KubeconfigContext })[]
  readonly clusters?: readonly (Entry & { readonly cluster: KubeconfigCluster })[]
  readonly users?: readonly (Entry & { readonly user: KubeconfigUser })[]
}

interface KubeconfigContext {
  readonly cluster?: string
  readonly user?: string
  readonly namespace?: string
}

export interface KubeconfigCluster {
  readonly server?: string
  readonly 'certificate-authority'?: string
  readonly 'certificate-authority-data'?: string
  readonly 'insecure-skip-tls-verify'?: boolean
  readonly 'tls-server-name'?: string
  readonly 'proxy-url'?: string
  readonly 'disable-compression'?: boolean
  readonly extensions?: readonly { readonly name: string; readonly extension?: unknown }[]
}

export interface KubeconfigUser {
  readonly 'client-certificate'?: string
  readonly 'client-certificate-data'?: string
  readonly 'client-key'?: string
  readonly 'client-key-data'?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly username?: string
  readonly password?: string
  readonly as?: string
  readonly 'as-uid'?: string
  readonly 'as-groups'?: readonly string[]
  readonly 'as-user-extra'?: Readonly<Record<string, readonly string[]>>
  readonly exec?: ExecConfig
  readonly 'auth-provider'?: { readonly name?: string; readonly config?: Readonly<Record<string, string>> }
}

/** A program that gives credentials (KEP-541). */
export interface ExecConfig {
  readonly apiVersion?: string
  readonly command?: string
  readonly args?: readonly string[] | null
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null
  readonly installHint?: string
  readonly interactiveMode?: string
  readonly provideClusterInfo?: boolean
}

/** Where something of a kubeconfig stands: `user "eks" of /home/me/.kube/config`. */
export const place = (kind: 'context' | 'cluster' | 'user', { name, file }: Entry): string =>
  `${kind} ${JSON.stringify(name)}${file === undefined ? '' : ` of ${file}`}`
