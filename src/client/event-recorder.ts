import type { Event } from '#api/core/event/message.ts'
import type { ObjectReference } from '#api/core/references.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import type { Clock } from '#clock/clock.ts'
import { type Client, isAlreadyExists, isNotFound } from './client.ts'

interface EventRecorderOptions {
  /** core/v1 Event, as a resource of this server. */
  readonly resource: Resource<Event>
  /** `deployment-controller`, `default-scheduler`; kubectl prints it under FROM. */
  readonly component: string
  readonly host?: string
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly onError?: (error: unknown) => void
}

interface Known {
  readonly name: string
  readonly firstTimestamp: string
  count: number
}

interface Group {
  readonly messages: Set<string>
  since: number
}

interface Bucket {
  tokens: number
  at: number
}

// Kubernetes' own numbers (client-go tools/record): what is known, when similar ones are combined, and how many an
// object may cause.
const MOST_KNOWN = 4096
const SIMILAR = 10
const SIMILAR_WITHIN = 600_000
const BURST = 25
const REFILL_MS = 300_000

/** Sets what is known of a key, and keeps the most recently used `MOST_KNOWN`. Gives the value. */
export const touch = <V>(cache: Map<string, V>, key: string, value: V): V => {
  cache.delete(key)
  cache.set(key, value)
  if (cache.size > MOST_KNOWN) cache.delete(cache.keys().next().value!)
  return value
}

/**
 * Writes core/v1 Events, as `kubectl describe` and `kubectl get events` read them. The same event again raises `count`;
 * ten different messages of one reason within ten minutes become one "(combined from similar events)"; one object
 * causes 25 at once and then one in five minutes. Writes go one after the other, and nobody waits for them.
 */
export class EventRecorder {
  readonly #client: Client
  readonly #options: EventRecorderOptions
  readonly #known = new Map<string, Known>()
  readonly #groups = new Map<string, Group>()
  readonly #buckets = new Map<string, Bucket>()
  #last: Promise<void> = Promise.resolve()

  constructor(client: Client, options: EventRecorderOptions) {
    this.#client = client
    this.#options = options
  }

  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.#options.signal.aborted) return
    const meta = about.metadata ?? {}
    this.recordReference(
      {
        apiVersion: about.apiVersion,
        kind: about.kind,
        ...(meta.namespace ? { namespace: meta.namespace } : {}),
        name: meta.name,
        uid: meta.uid,
        resourceVersion: meta.resourceVersion,
      },
      type,
      reason,
      message,
    )
  }

  recordReference(about: ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const now = this.#options.clock.now()
    if (!this.#admit(`${about.kind}/${about.namespace}/${about.name}/${about.uid}`, now)) return
    const similar = [about.kind, about.namespace, about.name, about.uid, type, reason].join('\0')
    const combined = this.#combine(similar, message, now)
    const text = combined ? `(combined from similar events): ${message}` : message
    // Of two containers of a pod the same is two events; where they are combined, their container counts no more.
    const key = combined ? similar : [similar, about.fieldPath, message].join('\0')
    this.#last = this.#last
      .then(() => this.#write(key, about, type, reason, text, now))
      .catch((error: unknown) => {
        if (!this.#options.signal.aborted) this.#options.onError?.(error)
      })
  }

  /** Resolves when everything recorded so far is written. */
  flush(): Promise<void> {
    return this.#last
  }

  #admit(object: string, now: number): boolean {
    const bucket = touch(this.#buckets, object, this.#buckets.get(object) ?? { tokens: BURST, at: now })
    bucket.tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS)
    bucket.at = now
    if (bucket.tokens < 1) return false
    bucket.tokens--
    return true
  }

  #combine(similar: string, message: string, now: number): boolean {
    const group = touch(this.#groups, similar, this.#groups.get(similar) ?? { messages: new Set(), since: now })
    if (now - group.since > SIMILAR_WITHIN) group.messages.clear()
    group.since = now
    if (group.messages.size < SIMILAR) group.messages.add(message)
    return group.messages.size >= SIMILAR
  }

  async #write(
    key: string,
    about: ObjectReference,
    type: string,
    reason: string,
    message: string,
    now: number,
  ): Promise<void> {
    const { resource, component, host, random } = this.#options
    const namespace = about.namespace || 'default'
    const at = timeText(now)
    const known = this.#known.get(key)
    if (known) {
      try {
        const count = known.count + 1
        await this.#client.patch(resource, known.name, 'merge', { count, lastTimestamp: at, message }, { namespace })
        known.count = count
        touch(this.#known, key, known)
        return
      } catch (error) {
        // Events are forgotten by the server after a while: then this is a new one that goes on counting.
        if (!isNotFound(error)) throw error
      }
    }
    const count = (known?.count ?? 0) + 1
    const firstTimestamp = known?.firstTimestamp ?? at
    for (let attempt = 0; ; attempt++) {
      // Kubernetes names an event by its object and the time in nanoseconds, in hexadecimal.
      const suffix = (BigInt(Math.floor(now)) * 1_000_000n + BigInt(Math.floor(random() * 1_000_000))).toString(16)
      const name = `${about.name}.${suffix}`
      try {
        await this.#client.create(
          resource,
          {
            apiVersion: 'v1',
            kind: 'Event',
            metadata: { name, namespace },
            involvedObject: about,
            reason,
            message,
            source: { component, ...(host ? { host } : {}) },
            firstTimestamp,
            lastTimestamp: at,
            count,
            type,
            reportingComponent: component,
            reportingInstance: host ?? '',
          },
          { namespace },
        )
        touch(this.#known, key, { name, firstTimestamp, count })
        return
      } catch (error) {
        if (!isAlreadyExists(error) || attempt > 3) throw error
      }
    }
  }
}
