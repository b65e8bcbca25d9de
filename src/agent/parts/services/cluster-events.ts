import { createHash } from 'node:crypto'
import type { Event } from '#api/core/event/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { type Client, isAlreadyExists, isConflict, isNotFound } from '#client/client.ts'
import { touch } from '#client/event-recorder.ts'
import type { Clock } from '#clock/clock.ts'
import { keyOf } from '#objects/object-key.ts'

interface ClusterEventsOptions {
  /** core/v1 Event, as a resource of this server. */
  readonly resource: Resource<Event>
  /** kubectl prints it under FROM. */
  readonly component: string
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onError?: (error: unknown) => void
}

/**
 * What is told again within this time is the same occurrence, told by another node: nodes hear of a change within
 * moments of each other.
 */
const ONE_OCCURRENCE_MS = 10_000
/** Others may write between our reading and our writing; each that does has told the same. */
const MOST_ATTEMPTS = 5
type NamedEvent = Event & { readonly metadata: { readonly name: string; readonly namespace: string } }

/**
 * Events that every node of a cluster finds out by itself, with the same words: one object whatever the number of
 * nodes. Its name follows from what it tells, so that whoever comes second meets the first one's, and raises `count`
 * only where that one is of an earlier occurrence. It names no host.
 */
export class ClusterEvents {
  readonly #client: Client
  readonly #options: ClusterEventsOptions
  /** When this node told it last. */
  readonly #told = new Map<string, number>()
  #last: Promise<void> = Promise.resolve()

  constructor(client: Client, options: ClusterEventsOptions) {
    this.#client = client
    this.#options = options
  }

  /** Nobody waits for it; writes go one after the other. */
  record(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { clock, signal, onError } = this.#options
    if (signal.aborted) return
    const now = clock.now()
    const event = this.#event(about, type, reason, message, now)
    const key = keyOf(event)
    const before = this.#told.get(key)
    if (before !== undefined && now - before < ONE_OCCURRENCE_MS) return
    touch(this.#told, key, now)
    this.#last = this.#last
      .then(() => this.#write(event, now))
      .catch((error: unknown) => {
        if (!signal.aborted) onError?.(error)
      })
  }

  /** Resolves when everything recorded so far is written. */
  flush(): Promise<void> {
    return this.#last
  }

  async #write(event: NamedEvent, now: number): Promise<void> {
    const { resource } = this.#options
    const { name, namespace } = event.metadata
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.create(resource, event, { namespace })
        return
      } catch (error) {
        if (!isAlreadyExists(error)) throw error
      }
      try {
        const { metadata, count, lastTimestamp } = await this.#client.get(resource, name, { namespace })
        if (now - Date.parse(lastTimestamp ?? '') < ONE_OCCURRENCE_MS) return
        const again = { count: (count ?? 1) + 1, lastTimestamp: timeText(now) }
        // With the version: of several nodes that raise it at once, one does.
        const body = { metadata: { resourceVersion: metadata?.resourceVersion }, ...again }
        await this.#client.patch(resource, name, 'merge', body, { namespace })
        return
      } catch (error) {
        // Another node was first, or the server has just forgotten it.
        if (attempt >= MOST_ATTEMPTS || !(isConflict(error) || isNotFound(error))) throw error
      }
    }
  }

  #event(about: ApiObject, type: string, reason: string, message: string, now: number): NamedEvent {
    const { namespace = 'default', name = '', uid, resourceVersion } = about.metadata ?? {}
    const hash = createHash('sha256').update([about.kind, uid, type, reason, message].join('\0')).digest('hex')
    const { component } = this.#options
    return {
      apiVersion: 'v1',
      kind: 'Event',
      // Kubernetes' own recorder puts the time in hexadecimal behind the object's name; this is as long.
      metadata: { name: `${name}.${hash.slice(0, 16)}`, namespace },
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, namespace, name, uid, resourceVersion },
      reason,
      message,
      source: { component },
      firstTimestamp: timeText(now),
      lastTimestamp: timeText(now),
      count: 1,
      type,
      reportingComponent: component,
      reportingInstance: '',
    }
  }
}
