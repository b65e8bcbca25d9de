import { BACKOFF_FIRST } from '../container/plan/backoff.ts'
import type { KubeletContext } from '../context.ts'
import { fullPodName } from '../status/pod-publisher.ts'
import type { PodEntry } from './pod-entry.ts'

/** Keeps a running pod's files new: its tokens in time, the others when it is told that a source has changed. */
export class VolumeRefresher {
  readonly #context: KubeletContext
  readonly #entry: PodEntry
  readonly #wanted: () => boolean
  #cancel: (() => void) | undefined

  /** Nothing is done while `wanted` answers false. */
  constructor(context: KubeletContext, entry: PodEntry, wanted: () => boolean) {
    this.#context = context
    this.#entry = entry
    this.#wanted = wanted
  }

  refresh(): void {
    if (!this.#wanted()) return
    const { pod, facts, volumes } = this.#entry
    volumes
      .refresh(pod, facts)
      .catch((error) =>
        this.#context.log(`pod ${fullPodName(this.#entry.pod)}: volumes cannot be renewed, the old files stay`, error),
      )
      .finally(() => this.schedule())
  }

  /** Sets the timer to when the first token wants renewal. */
  schedule(): void {
    const { clock } = this.#context
    const at = this.#entry.volumes.refreshAt
    this.stop()
    if (at === undefined || !this.#wanted()) return
    const wait = Math.max(at - clock.now(), BACKOFF_FIRST)
    this.#cancel = clock.after(wait, () => this.refresh())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}
