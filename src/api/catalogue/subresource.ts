import { Scale } from '#api/autoscaling/scale/message.ts'
import type { Method } from '#schema/openapi/openapi-operations.ts'
import type { MessageClass } from '#schema/schema.ts'

/** Who answers for a part of an object. `own`: whoever answers for the object, with the object itself. */
export type Answering = 'own' | 'scale' | 'finalize' | 'binding' | 'eviction' | 'token' | 'log' | 'stream' | 'proxy'

/** A part of an object that has a path of its own: `status`, `scale`, `exec`. */
export interface Subresource {
  readonly answeredBy: Answering
  readonly verbs: readonly string[]
  /** Its body, or its options where it is connected to; absent: the kind itself. */
  readonly body?: MessageClass<unknown>
  /** As what else a body may come: versions from before this one, with the same fields. */
  readonly bodyVersions?: readonly string[]
  /** It is connected to, by these methods. `hasPaths`: paths of the other side follow. */
  readonly connection?: { readonly methods: readonly Method[]; readonly hasPaths?: true }
  /** It is text, of which these options choose. */
  readonly text?: MessageClass<unknown>
  /** Writes what no plain write may, so none of the kind's rules for writes is asked. */
  readonly isUnruled?: boolean
}

const READ_AND_WRITE = ['get', 'patch', 'update']

/** What the system has found: a plain write cannot touch it, a write of it touches nothing else. */
export const status: Subresource = { answeredBy: 'own', verbs: READ_AND_WRITE }

/** A part of the object that is written alone, by the kind's rules for it. */
export const part: Subresource = { answeredBy: 'own', verbs: READ_AND_WRITE }

/** `spec.replicas`, `status.replicas` and `spec.selector`, for who scales without knowing the kind. */
export const scale: Subresource = { answeredBy: 'scale', verbs: READ_AND_WRITE, body: Scale }

/** Opened by either method, since WebSocket says GET, and SPDY says POST. */
export const stream = (options: MessageClass<unknown>): Subresource => ({
  answeredBy: 'stream',
  verbs: ['create', 'get'],
  body: options,
  connection: { methods: ['get', 'post'] },
})

/** What listens behind the object, by every method. */
export const proxy = (options: MessageClass<unknown>): Subresource => ({
  answeredBy: 'proxy',
  verbs: ['create', 'delete', 'get', 'patch', 'update'],
  body: options,
  connection: { methods: ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'], hasPaths: true },
})

/** What it has said, as text. */
export const log = (options: MessageClass<unknown>): Subresource => ({
  answeredBy: 'log',
  verbs: ['get'],
  text: options,
})
