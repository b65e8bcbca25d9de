import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { ControllerContext } from '../context.ts'

/**
 * Pods that a controller has told to go. Unlike what is written, what is deleted is in the cache only when the watch
 * brings it; until then the uids of these stand for it.
 */
export class Departures {
  readonly #context: ControllerContext
  readonly #doomed = new Set<string>()

  constructor(context: ControllerContext) {
    this.#context = context
    context.informers.for(pods).addHandlers({
      onUpdate: (_, pod) => {
        if (isLeaving(pod)) this.#doomed.delete(pod.metadata!.uid!)
      },
      onDelete: (pod) => this.#doomed.delete(pod.metadata!.uid!),
    })
  }

  get uids(): ReadonlySet<string> {
    return this.#doomed
  }

  /** It is going: the cache says so, or it will. */
  readonly includes = (pod: Pod): boolean => isLeaving(pod) || this.#doomed.has(pod.metadata!.uid!)

  /** Deletes this very pod. False: it was gone already. */
  async delete(pod: Pod): Promise<boolean> {
    const { name, namespace, uid } = pod.metadata!
    this.#doomed.add(uid!)
    try {
      await this.#context.client.delete(pods, name!, { namespace, preconditions: { uid } })
      return true
    } catch (error) {
      if (isNotFound(error)) return false
      this.#doomed.delete(uid!)
      throw error
    }
  }
}
