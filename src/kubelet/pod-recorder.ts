import type { Event } from '#api/core/event/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Resource } from '#api/resource.ts'
import type { Client } from '#client/client.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import type { Clock } from '#clock/clock.ts'
import type { Recorder } from './context.ts'
import type { NodeRecorder } from './node/node-events.ts'

const DELAY_MS = 200
// Of a node nobody reads in the moment of its start, when there is most to do.
const NODE_DELAY_MS = 1000

/** The list of the pod's spec that has this container: names are unique over all three. */
const listOf = ({ spec }: Pod, container: string) =>
  (['initContainers', 'ephemeralContainers'] as const).find((list) =>
    spec?.[list]?.some(({ name }) => name === container),
  ) ?? 'containers'

interface PodRecorderOptions {
  /** The node's name, which goes into the Events. */
  readonly host: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Told of every Event that could not be written. */
  readonly onError: (error: unknown) => void
}

/**
 * Writes the Events of a kubelet's pods and of its node. They yield to statuses and so come a moment later: nobody waits for "Started",
 * everybody for Ready, and one API server does both.
 */
export class PodRecorder {
  readonly #events: EventRecorder
  readonly #clock: Clock
  readonly #host: string
  readonly #notes: (() => void)[] = []

  constructor(client: Client, resource: Resource<Event>, { host, clock, signal, onError }: PodRecorderOptions) {
    let count = 0
    // Goes into the names of Events, by which a server lists them: counting keeps those of one millisecond in their
    // order.
    const random = (): number => {
      count = (count + 1) % 1_000_000
      return count / 1_000_000
    }
    this.#clock = clock
    this.#host = host
    this.#events = new EventRecorder(client, { resource, component: 'kubelet', host, clock, random, signal, onError })
  }

  readonly record: Recorder = (pod, type, reason, message, container) => {
    const { namespace, name, uid, resourceVersion } = pod.metadata ?? {}
    const fieldPath = container === undefined ? {} : { fieldPath: `spec.${listOf(pod, container)}{${container}}` }
    const about = { apiVersion: 'v1', kind: 'Pod', namespace, name, uid, resourceVersion, ...fieldPath }
    this.#notes.push(() => this.#events.recordReference(about, type, reason, message))
    if (this.#notes.length === 1) this.#clock.after(DELAY_MS, () => this.write())
  }

  /** Of this kubelet's node, which stands for its own uid here, as `kubectl describe` expects it of kubelets. */
  readonly recordNode: NodeRecorder = (reason, message) => {
    const about = { kind: 'Node', name: this.#host, uid: this.#host }
    this.#clock.after(NODE_DELAY_MS, () => this.#events.recordReference(about, 'Normal', reason, message))
  }

  /** Writes now what waits for its moment. */
  write(): void {
    for (const write of this.#notes.splice(0)) write()
  }

  /** Waits until everything that was written has arrived. */
  async flush(): Promise<void> {
    await this.#events.flush()
  }
}
