import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { ResourceObject } from '#api/resource.ts'
import type { Client } from '#client/client.ts'
import { Informers, writeThrough } from '#client/informer.ts'
import type { Clock } from '#clock/clock.ts'
import type {
  ApprovalOf,
  ControllerContext,
  IssueCertificate,
  Log,
  RunningController,
  ServedKinds,
  SignToken,
} from './context.ts'
import type { NodeIpamOptions } from './node-ipam/desired.ts'

/** kube-controller-manager's --node-monitor-grace-period. */
const NODE_MONITOR_GRACE_MS = 50_000

/** A controller as it stands in a list. */
export interface ControllerEntry {
  readonly name: string
  /** Undefined where the options switch it off. */
  readonly start: (context: ControllerContext) => RunningController | undefined
}

export interface ControllerOptions {
  readonly client: Client
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** PEM of the cluster's CA, for the ConfigMap kube-root-ca.crt of each namespace. */
  readonly rootCa: string
  /** Absent: Secrets for ServiceAccounts' tokens stay empty. */
  readonly signToken?: SignToken
  /** Absent: requests for certificates are signed by nobody. */
  readonly issueCertificate?: IssueCertificate
  /** Absent: requests for certificates are approved by people alone. */
  readonly approvalOf?: ApprovalOf
  /** `none`: LoadBalancers get no address; `others`: from whom it is not known. */
  readonly loadBalancer: { readonly cidrs: readonly string[] } | 'none' | 'others'
  /** Absent: somebody else gives nodes the ranges of their pods. */
  readonly nodeIpam?: NodeIpamOptions
  /** Whether the nodes keep policies of the network; absent: they do. */
  readonly networkPolicies?: boolean
  /** Whether Gateways and Ingresses are served; absent: they are. */
  readonly gateways?: boolean
  /** Of the gateways' pods; absent: the one that nodes of ours have. */
  readonly gatewayImage?: string
  /** What names of Services end with; absent: `cluster.local`. */
  readonly clusterDomain?: string
  readonly signal: AbortSignal
  readonly log: Log
  /** What the server serves, as it changes: namespaces are emptied of it, and owners are followed through it. */
  readonly catalogue: Catalogue
  /** The same of somebody else's server, by what is defined there; absent: the catalogue. */
  readonly served?: (informers: Informers) => ServedKinds
  /** What the cluster cannot do without, and is made again where it is deleted; absent: nothing. */
  readonly kept?: readonly ResourceObject[]
  /** How long a node may say nothing until it counts as failed, milliseconds; absent: as with Kubernetes 1.36. */
  readonly nodeMonitorGraceMs?: number
  readonly concurrency?: number
}

export interface Controllers {
  /** All caches have synced and all controllers are at work. */
  readonly ready: Promise<void>
  /** Nothing queued and nothing under way anywhere; retries that wait do not count. */
  readonly isIdle: () => boolean
  stop(): void
}

/**
 * Starts these controllers, over one watch a kind. Nothing is thrown later: errors are logged and retried until `signal` aborts or `stop` is
 * called.
 */
export const runControllers = (entries: readonly ControllerEntry[], options: ControllerOptions): Controllers => {
  const { client, clock, random, log, rootCa } = options
  const abort = new AbortController()
  const signal = AbortSignal.any([options.signal, abort.signal])
  const informers = new Informers(client, {
    clock,
    random,
    signal,
    onError: (error, what) => log('warn', `${what}: ${error instanceof Error ? error.message : error}`, { error }),
  })
  const context: ControllerContext = {
    client: writeThrough(client, informers),
    informers,
    clock,
    random,
    signal,
    log,
    catalogue: options.catalogue,
    served: options.served?.(informers),
    rootCa,
    signToken: options.signToken,
    issueCertificate: options.issueCertificate,
    approvalOf: options.approvalOf,
    kept: options.kept ?? [],
    networkPolicies: options.networkPolicies ?? true,
    gateways: options.gateways ?? true,
    gatewayImage: options.gatewayImage,
    clusterDomain: options.clusterDomain ?? 'cluster.local',
    loadBalancer: typeof options.loadBalancer === 'string' ? undefined : options.loadBalancer,
    isBalancedByOthers: options.loadBalancer === 'others',
    nodeIpam: options.nodeIpam,
    nodeMonitorGraceMs: options.nodeMonitorGraceMs ?? NODE_MONITOR_GRACE_MS,
    concurrency: options.concurrency ?? 8,
  }
  const running = entries
    .map(({ start }) => start(context))
    .filter((one): one is RunningController => one !== undefined)
  return {
    ready: Promise.all(running.map(({ ready }) => ready)).then(() => undefined),
    isIdle: () => running.every((one) => one.isIdle()),
    stop: () => abort.abort(),
  }
}
