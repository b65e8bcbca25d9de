import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { objectKey } from '#objects/object-key.ts'
import type { ControllerContext } from '../context.ts'

/**
 * How long a name rests, in milliseconds. `kubectl delete` asks for the pod, then lists and watches its name, and looks
 * at what it has listed up to 100 ms later: a successor that is there by then is taken for the pod that shall go, and
 * waited for (docs/adr/0085-names-of-pods-rest.md).
 */
const REST_MS = 300

/** Names of pods that others took away, so that a successor of the same name does not come at once. */
export class VacatedNames {
  readonly #context: ControllerContext
  /** Milliseconds since the epoch, by `NAMESPACE/NAME`, oldest first. */
  readonly #vacated = new Map<string, number>()
  /** Uids of pods that this controller takes away: who asks for that does not watch them one by one. */
  readonly #own = new Set<string>()

  constructor(context: ControllerContext) {
    this.#context = context
    context.informers.for(pods).addHandlers({
      onDelete: (pod) => {
        if (this.#own.delete(pod.metadata!.uid!)) return
        const key = objectKey(pod.metadata!.namespace!, pod.metadata!.name!)
        this.#vacated.delete(key)
        this.#vacated.set(key, context.clock.now())
      },
    })
  }

  /** This controller is about to delete the pod: its successor may come at once. */
  expect(pod: Pod): void {
    this.#own.add(pod.metadata!.uid!)
  }

  /** Milliseconds until a pod of this name may be made; 0 when it may be. */
  restOf(namespace: string, name: string): number {
    const now = this.#context.clock.now()
    for (const [key, since] of this.#vacated) {
      if (since + REST_MS > now) break
      this.#vacated.delete(key)
    }
    const since = this.#vacated.get(objectKey(namespace, name))
    return since === undefined ? 0 : since + REST_MS - now
  }
}
