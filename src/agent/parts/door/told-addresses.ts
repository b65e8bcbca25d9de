import type { Pod } from '#api/core/pod/message.ts'
import type { Informer } from '#client/informer.ts'
import { keyOf } from '#objects/object-key.ts'
import { isTerminalPhase } from '#objects/pod.ts'

/**
 * The addresses that the API tells of a node's pods: those of before our time here were given by another network, and may
 * lie in the ranges that we give from.
 */
export class ToldAddresses {
  readonly #addresses = new Map<string, readonly string[]>()
  readonly #end: () => void

  constructor(pods: Pick<Informer<Pod>, 'addHandlers'>, node: string) {
    const look = (pod: Pod): void => {
      const { spec, status } = pod
      const isHere = spec?.nodeName === node && !spec.hostNetwork && !isTerminalPhase(status?.phase)
      const addresses = isHere ? (status?.podIPs ?? []).map(({ ip }) => ip) : []
      if (addresses.length > 0) this.#addresses.set(keyOf(pod), addresses)
      else if (spec?.nodeName === node) this.#addresses.delete(keyOf(pod))
    }
    this.#end = pods.addHandlers({
      onAdd: look,
      onUpdate: (_, after) => look(after),
      onDelete: (last) => this.#addresses.delete(keyOf(last)),
    })
  }

  *all(): Iterable<string> {
    for (const addresses of this.#addresses.values()) yield* addresses
  }

  close(): void {
    this.#end()
  }
}
