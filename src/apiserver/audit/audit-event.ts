import type { Status } from '#api/meta/status.ts'
import type { Caller } from '../access/caller.ts'

/** Where a request stands when it is told of: long ones twice, when their answer begins and when it has ended. */
export type AuditStage = 'ResponseStarted' | 'ResponseComplete'

interface AuditUser {
  readonly username?: string
  readonly uid?: string
  readonly groups?: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export interface AuditObject {
  readonly resource: string
  readonly namespace?: string
  readonly name?: string
  readonly uid?: string
  readonly apiGroup?: string
  readonly apiVersion?: string
  readonly resourceVersion?: string
  readonly subresource?: string
}

/** What was answered; of refusals all that they say. */
export type AuditedStatus = Pick<Status, 'status' | 'message' | 'reason' | 'details' | 'code'> & {
  readonly metadata: object
}

/** An event of `audit.k8s.io/v1`, of the level Metadata. Times are RFC 3339 with microseconds. */
export interface AuditEvent {
  readonly kind: 'Event'
  readonly apiVersion: 'audit.k8s.io/v1'
  readonly level: 'Metadata'
  readonly auditID: string
  readonly stage: AuditStage
  /** As it was sent. */
  readonly requestURI: string
  readonly verb: string
  readonly user: AuditUser
  readonly impersonatedUser?: AuditUser
  readonly sourceIPs?: readonly string[]
  readonly userAgent?: string
  readonly objectRef?: AuditObject
  readonly responseStatus: AuditedStatus
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Takes what is to be kept. Called in the middle of a request: it must not throw, nor wait. */
export type AuditSink = (event: AuditEvent) => void

export const auditUser = ({ name, uid, groups, extra }: Caller): AuditUser => ({
  username: name,
  ...(uid ? { uid } : {}),
  groups,
  ...(extra && Object.keys(extra).length > 0 ? { extra } : {}),
})

/** Milliseconds since 1970 as meta/v1 MicroTime writes them. */
export const auditTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`
