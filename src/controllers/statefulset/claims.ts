import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isAlreadyExists } from '#client/client.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import type { ControllerContext } from '../context.ts'
import { claimNames, hasOtherController, makeClaims, ownersOfClaim } from './desired-claims.ts'
import { ordinalOf } from './desired-ordinals.ts'

/** The claims of StatefulSets' pods. Nobody looks for them until a set has some. */
export class Claims {
  readonly #context: ControllerContext
  readonly #recorder: EventRecorder

  constructor(context: ControllerContext, recorder: EventRecorder) {
    this.#context = context
    this.#recorder = recorder
  }

  async #cache() {
    const cache = this.#context.informers.for(persistentVolumeClaims)
    await cache.hasSynced
    return cache.lister
  }

  /** Claims that are there, of all pods that the set has names for. */
  async there(set: StatefulSet): Promise<(pod: Pod) => readonly PersistentVolumeClaim[]> {
    if ((set.spec?.volumeClaimTemplates ?? []).length === 0) return () => []
    const lister = await this.#cache()
    const { namespace } = set.metadata!
    return (pod) => [...claimNames(set, ordinalOf(pod)).values()].flatMap((name) => lister.get(name, namespace) ?? [])
  }

  /** Makes those of a pod that are not there. */
  async make(set: StatefulSet, pod: Pod): Promise<void> {
    if ((set.spec?.volumeClaimTemplates ?? []).length === 0) return
    const lister = await this.#cache()
    const { namespace } = set.metadata!
    for (const claim of makeClaims(set, ordinalOf(pod))) {
      const name = claim.metadata!.name!
      if (lister.get(name, namespace)) continue
      const about = `Pod ${pod.metadata?.name} in StatefulSet ${set.metadata?.name}`
      try {
        await this.#context.client.create(persistentVolumeClaims, claim, { namespace })
        this.#recorder.record(set, 'Normal', 'SuccessfulCreate', `create Claim ${name} ${about} success`)
      } catch (error) {
        const { message } = error as Error
        if (!isAlreadyExists(error))
          this.#recorder.record(
            set,
            'Warning',
            'FailedCreate',
            `create Claim ${name} for ${about} failed error: ${message}`,
          )
        throw new Error(`failed to create PVC ${name}: ${message}`, { cause: error })
      }
    }
  }

  /** Gives those of a pod the owners that they have by the set's policy. */
  async own(set: StatefulSet, pod: Pod): Promise<void> {
    const { client } = this.#context
    const { namespace } = set.metadata!
    for (const claim of (await this.there(set))(pod)) {
      const { name, uid, resourceVersion } = claim.metadata!
      if (hasOtherController(claim, set, pod))
        this.#recorder.record(
          set,
          'Warning',
          'ConflictingController',
          `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`,
        )
      const ownerReferences = ownersOfClaim(claim, set, pod)
      if (!ownerReferences) continue
      const body = { metadata: { uid, resourceVersion, ownerReferences } }
      await client.patch(persistentVolumeClaims, name!, 'merge', body, { namespace })
    }
  }
}
