import type { ApiObject } from '#api/resource.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import type { Clock } from '#clock/clock.ts'
import type { Mending } from '#reconciler/target/edits.ts'
import type { Target } from '#reconciler/target/target.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'
import { mendingText } from './mending-text.ts'

/** Whose network it is. */
export interface NetworkOwner {
  /** In words. */
  readonly who: string
  /** The object that Events are of; none where there is no such object. */
  readonly about: ApiObject | undefined
}

interface NetworkKeeperOptions {
  /** The networks, each under a key. */
  readonly target: Target<string>
  /** Undefined: it is not kept any more. */
  readonly ownerOf: (key: string) => NetworkOwner | undefined
  readonly events: Pick<EventRecorder, 'record'>
  readonly clock: Clock
  readonly log: (message: string, error?: unknown) => void
}

/** Keeps networks as they were made, and tells as an Event what somebody had changed. */
export class NetworkKeeper {
  readonly #options: NetworkKeeperOptions
  readonly #loop: TargetLoop<string>

  constructor(options: NetworkKeeperOptions) {
    this.#options = options
    this.#loop = new TargetLoop({
      target: options.target,
      clock: options.clock,
      onMending: (mending) => this.#tell(mending),
    })
    this.#loop.flush()
  }

  /** What cannot be put right, in words. */
  get lasting(): readonly string[] {
    return this.#loop.state().broken.flatMap((mending) => this.#textOf(mending) ?? [])
  }

  /** What is wrong now, in words; it is put right on the way, so that a second look finds less. */
  look(): readonly string[] {
    return this.#loop.look().flatMap((mending) => this.#textOf(mending) ?? [])
  }

  close(): void {
    this.#loop.stop()
  }

  #ownerOf({ edit: { key } }: Mending<string>): NetworkOwner | undefined {
    return key === undefined ? undefined : this.#options.ownerOf(key)
  }

  #textOf(mending: Mending<string>): string | undefined {
    const owner = this.#ownerOf(mending)
    return owner && mendingText(owner.who, mending)
  }

  #tell(mending: Mending<string>): void {
    const { error } = mending
    const text = this.#textOf(mending)
    if (text === undefined) return
    const { events, log } = this.#options
    log(text)
    const about = this.#ownerOf(mending)?.about
    if (about !== undefined)
      events.record(about, 'Warning', error === undefined ? 'NetworkMended' : 'NetworkBroken', text)
  }
}
