import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { CertificateSigningRequest } from '#api/certificates/certificatesigningrequest/message.ts'
import { events } from '#api/core/event/resource.ts'
import type { ApiObject, Resource, ResourceObject } from '#api/resource.ts'
import { ApiError, type Client, isConflict, isNotFound } from '#client/client.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import type { Handlers, Informer, Informers } from '#client/informer.ts'
import { WorkQueue } from '#client/work-queue.ts'
import type { Clock } from '#clock/clock.ts'
import type { NodeIpamOptions } from './node-ipam/desired.ts'

export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Record<string, unknown>,
) => void

/** A token of a ServiceAccount that a Secret of this name keeps. */
export type SignToken = (
  namespace: string,
  secret: string,
  account: { readonly name: string; readonly uid: string },
) => string

/** What somebody asks to be certified; `request` is PEM. */
interface Certifying {
  readonly request: string
  readonly signerName: string
  readonly usages: readonly string[]
  readonly expirationSeconds?: number
}

/** A certificate in PEM, or why there is none. */
export type IssueCertificate = (
  asked: Certifying,
) => Promise<{ readonly certificate: string } | { readonly refusal: string }>

/** Why such a request is approved at once; `refused`: rules forbid it so far; undefined: somebody has to decide. */
export type ApprovalOf = (
  spec: CertificateSigningRequest['spec'],
) => Promise<{ readonly message: string } | 'refused' | undefined>

/** What is served of what is stored, now and as it changes. A Catalogue is one. */
export interface ServedKinds {
  readonly stored: readonly Resource[]
  onChange(
    listener: (change: {
      readonly type: 'added' | 'removed'
      readonly kind: { readonly resource: Resource; readonly form?: object | undefined }
    }) => void,
  ): () => void
}

/** What every controller is given. `client` writes through into the caches of `informers`: see Informer.observe. */
export interface ControllerContext {
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly log: Log
  /** What the server serves, for the controllers that must reach all of it: `eachServed()`. */
  readonly catalogue: Catalogue
  /** The same where the server is somebody else's; absent: the catalogue. */
  readonly served: ServedKinds | undefined
  readonly rootCa: string
  /** Makes a token for a Secret to keep; absent: there are none. */
  readonly signToken: SignToken | undefined
  /** Signs for who has been approved; absent: nobody does. */
  readonly issueCertificate: IssueCertificate | undefined
  /** Absent: nothing is approved but by people. */
  readonly approvalOf: ApprovalOf | undefined
  /** What is made again when it is deleted, in the order in which it can be made. */
  readonly kept: readonly ResourceObject[]
  /** Whether the nodes keep policies of the network; else somebody else does, and tells of them. */
  readonly networkPolicies: boolean
  /** Whether Gateways and Ingresses are served; else somebody else does, and tells of them. */
  readonly gateways: boolean
  /** Of the gateways' pods; absent: the one that nodes of ours have. */
  readonly gatewayImage: string | undefined
  /** `cluster.local`: what names of Services end with. */
  readonly clusterDomain: string
  /** Absent: no LoadBalancer is given an address here. */
  readonly loadBalancer: { readonly cidrs: readonly string[] } | undefined
  /** Whether others may give them theirs, of whom nothing is known. */
  readonly isBalancedByOthers: boolean
  /** Absent: somebody else gives nodes the ranges of their pods. */
  readonly nodeIpam: NodeIpamOptions | undefined
  /** How long a node may say nothing until it counts as failed, milliseconds. */
  readonly nodeMonitorGraceMs: number
  /** Keys that a controller works on at the same time. */
  readonly concurrency: number
}

/** What a loop and its Events need of it. */
export type LoopContext = Pick<
  ControllerContext,
  'client' | 'informers' | 'clock' | 'random' | 'signal' | 'log' | 'concurrency'
>

export interface RunningController {
  readonly name: string
  readonly ready: Promise<void>
  /** Nothing queued, nothing under way. */
  readonly isIdle: () => boolean
}

/** Refused because the object's namespace is being deleted. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')

/**
 * The Events of one controller, under its component name. Errors are told to the context, but for namespaces that are
 * going.
 */
export const recorderOf = (context: LoopContext, component: string): EventRecorder =>
  new EventRecorder(context.client, {
    resource: events,
    component,
    clock: context.clock,
    random: context.random,
    signal: context.signal,
    onError: (error) => {
      // In a namespace that is going nothing can be made any more, and nobody will read it.
      const expected = isNotFound(error) || isNamespaceTerminating(error)
      if (!expected)
        context.log('warn', `${component}: an event was not written: ${(error as Error).message}`, { error })
    },
  })

/** What a controller waits for before it starts, whatever it holds. */
export type Cache = Pick<Informer<never>, 'hasSynced'>

interface Loop {
  readonly queue: WorkQueue
  readonly running: RunningController
}

/**
 * A controller's one loop: keys come in by handlers, `sync` compares what is with what should be and writes the
 * difference. It starts when all of `caches` have synced. A conflict only says that the cache was behind: it is retried
 * without a word; every other error is logged.
 */
export const runLoop = (
  context: LoopContext,
  name: string,
  caches: readonly Cache[],
  sync: (key: string) => Promise<unknown>,
  options: { readonly concurrency?: number } = {},
): Loop => {
  const { clock, random, signal, log } = context
  const queue = new WorkQueue(sync, {
    clock,
    random,
    signal,
    concurrency: options.concurrency ?? context.concurrency,
    // Where a namespace ends all of it goes: what could not be made there need not be.
    isFinal: isNamespaceTerminating,
    onError: (key, error, retryIn) => {
      if (!isConflict(error) && !isNotFound(error))
        log('warn', `${name}: ${key}: ${error instanceof Error ? error.message : error}`, { retryIn })
    },
  })
  const ready = Promise.all(caches.map((cache) => cache.hasSynced)).then(() => queue.start())
  return { queue, running: { name, ready, isIdle: () => queue.isIdle } }
}

/** Handlers that tell `note` of every object that comes, changes or goes. */
export const onAny = <T extends ApiObject>(note: (object: T) => void): Handlers<T> => ({
  onAdd: note,
  onDelete: note,
  onUpdate: (before, after) => {
    note(after)
    // What it belonged to before must hear of it too.
    if (
      before.metadata?.labels !== after.metadata?.labels ||
      before.metadata?.ownerReferences !== after.metadata?.ownerReferences
    )
      note(before)
  },
})
