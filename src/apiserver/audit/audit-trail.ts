import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Decision } from '#access/rbac/request.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { Status } from '#api/meta/status.ts'
import type { Caller } from '../access/caller.ts'
import type { RequestInfo } from '../http/request/request-info.ts'
import {
  type AuditEvent,
  type AuditedStatus,
  type AuditObject,
  type AuditSink,
  type AuditStage,
  auditTime,
  auditUser,
} from './audit-event.ts'
import { sourceAddresses } from './source-addresses.ts'

const LONG_VERBS = new Set(['watch', 'proxy'])
const LONG_PARTS = new Set(['attach', 'exec', 'log', 'portforward', 'proxy'])

/** Whether an answer may go on for as long as its client likes. */
const isLong = (info: RequestInfo): boolean =>
  LONG_VERBS.has(info.verb) || (info.kind === 'resource' && LONG_PARTS.has(info.subresource))

/** Characters of what a client calls itself. */
const LONGEST_AGENT = 1024

const CLOSED_EARLY: AuditedStatus = { metadata: {}, status: 'Success', message: 'Connection closed early', code: 200 }

/** What is found out of one request while it is served, told when it has been answered. */
export class AuditTrail {
  readonly #sink: AuditSink
  readonly #now: () => number
  readonly #request: IncomingMessage
  readonly #uri: string
  readonly #received: number
  readonly #id: string
  #info: RequestInfo | undefined
  #caller: Caller | undefined
  #actingAs: Caller | undefined
  #object: ObjectMeta | undefined
  #refusal: Status | undefined
  #annotations: Record<string, string> | undefined
  #isStarted = false

  constructor(sink: AuditSink, now: () => number, request: IncomingMessage, id: string) {
    this.#sink = sink
    this.#now = now
    this.#request = request
    this.#uri = request.url ?? ''
    this.#received = now()
    this.#id = id
  }

  /** Tells of the request when this has been answered. */
  follow(response: ServerResponse): void {
    const { writeHead } = response
    response.writeHead = ((...args: Parameters<typeof writeHead>) => {
      this.started(args[0])
      return writeHead.apply(response, args)
    }) as typeof writeHead
    response.once('close', () => this.complete(response.headersSent ? response.statusCode : undefined))
  }

  asked(info: RequestInfo): void {
    this.#info = info
  }

  authenticated(caller: Caller): void {
    this.#caller = caller
  }

  /** Whom the caller counts as from here on. */
  actsAs(caller: Caller): void {
    if (caller !== this.#caller) this.#actingAs = caller
  }

  decided({ allowed, reason }: Decision): void {
    this.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid')
    this.annotate('authorization.k8s.io/reason', reason)
  }

  /** What the request's body is about. */
  sent(metadata: ObjectMeta | undefined): void {
    this.#object = metadata
  }

  /** What is answered, where that is a Status. */
  answered(status: Status): void {
    this.#refusal = status
  }

  annotate(key: string, value: string): void {
    this.#annotations ??= {}
    this.#annotations[key] = value
  }

  /** The answer begins. */
  started(code: number): void {
    if (this.#isStarted || !this.#info || !isLong(this.#info)) return
    this.#isStarted = true
    this.#tell('ResponseStarted', this.#status(code))
  }

  /** All has been answered; without a code nothing was. */
  complete(code: number | undefined): void {
    this.#tell('ResponseComplete', code === undefined ? CLOSED_EARLY : this.#status(code))
  }

  #status(code: number): AuditedStatus {
    if (!this.#refusal) return { metadata: {}, code }
    const { status, message, reason, details } = this.#refusal
    return {
      metadata: {},
      ...(status && { status }),
      ...(message && { message }),
      ...(reason && { reason }),
      ...(details && { details }),
      code,
    }
  }

  #objectRef(): AuditObject | undefined {
    if (this.#info?.kind !== 'resource') return undefined
    const { resource, group, version, subresource } = this.#info
    const { uid, resourceVersion } = this.#object ?? {}
    const namespace = this.#info.namespace || this.#object?.namespace
    const name = this.#info.name || this.#object?.name
    return {
      resource,
      ...(namespace && { namespace }),
      ...(name && { name }),
      ...(uid && { uid }),
      ...(group && { apiGroup: group }),
      ...(version && { apiVersion: version }),
      ...(resourceVersion && { resourceVersion }),
      ...(subresource && { subresource }),
    }
  }

  #tell(stage: AuditStage, responseStatus: AuditedStatus): void {
    const agent = this.#request.headers['user-agent']
    const sourceIPs = sourceAddresses(this.#request)
    const objectRef = this.#objectRef()
    const event: AuditEvent = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: this.#id,
      stage,
      requestURI: this.#uri,
      verb: this.#info?.verb ?? (this.#request.method ?? '').toLowerCase(),
      user: this.#caller ? auditUser(this.#caller) : {},
      ...(this.#actingAs && { impersonatedUser: auditUser(this.#actingAs) }),
      ...(sourceIPs.length > 0 && { sourceIPs }),
      ...(agent && {
        userAgent: agent.length > LONGEST_AGENT ? `${agent.slice(0, LONGEST_AGENT)}...TRUNCATED` : agent,
      }),
      ...(objectRef && { objectRef }),
      responseStatus,
      requestReceivedTimestamp: auditTime(this.#received),
      stageTimestamp: auditTime(this.#now()),
      ...(this.#annotations && { annotations: this.#annotations }),
    }
    this.#sink(event)
  }
}
