import { socketText } from '#net/port-protocol.ts'
import { InClusterError } from './in-cluster-error.ts'

/** One that failed so short a while ago is not worth a second request at once, milliseconds. */
const JUST_NOW = 1000

/**
 * The API servers of one cluster, of which one is asked until it fails. Where to begin is left to chance, so that the
 * agents of a cluster share its servers.
 */
export class ServerList {
  readonly #servers: readonly string[]
  readonly #now: () => number
  /** When each failed last. */
  readonly #failed = new Map<string, number>()
  #at: number

  /** URLs, at least one. `now` counts milliseconds. */
  constructor(servers: readonly string[], now: () => number, random: () => number) {
    this.#servers = servers
    this.#now = now
    this.#at = Math.floor(random() * servers.length) % servers.length
  }

  /** Which one to ask. Where all have failed, the one whose failure is longest ago. */
  get current(): string {
    return this.#servers[this.#at]!
  }

  /** That one cannot be reached. Whether another may be, which is `current` from now on: it has not failed just now. */
  failed(server: string): boolean {
    const now = this.#now()
    this.#failed.set(server, now)
    // Another request has found out before this one.
    if (server !== this.current) return !this.#hasJustFailed(this.current, now)
    const others = this.#servers.map((_, index) => (this.#at + index) % this.#servers.length)
    const [first, ...rest] = others.sort((a, b) => this.#failedAt(a) - this.#failedAt(b))
    this.#at = first!
    return rest.length > 0 && !this.#hasJustFailed(this.current, now)
  }

  /** That one has answered. */
  worked(server: string): void {
    this.#failed.delete(server)
  }

  #failedAt(index: number): number {
    return this.#failed.get(this.#servers[index]!) ?? Number.NEGATIVE_INFINITY
  }

  #hasJustFailed(server: string, now: number): boolean {
    const at = this.#failed.get(server)
    return at !== undefined && now - at < JUST_NOW
  }
}

/**
 * The servers of a flag, `10.0.0.1:6443,https://[fd00::1]:6443`, or what the kubelet tells a pod by its environment: the address of
 * the Service `kubernetes`, which nobody reaches before Services work. Throws InClusterError.
 */
export const serversOf = (
  flag: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] => {
  if (flag !== undefined) return flag.split(',').map((text) => serverUrl(text.trim()))
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = environment
  if (!host)
    throw new InClusterError(
      'no API server is given, and KUBERNETES_SERVICE_HOST is not set',
      '--api-servers HOST:6443,HOST:6443 names them; outside of a pod use --kubeconfig',
    )
  return [`https://${socketText(host, Number(port))}`]
}

const serverUrl = (text: string): string => {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`)
  if (url?.protocol === 'https:' && url.hostname !== '' && url.pathname === '/') return url.origin
  throw new InClusterError(`the API server ${JSON.stringify(text)} is no host and port`, 'as in 10.0.0.1:6443')
}
