import type { Node } from '#api/core/node/message.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { keyOf } from '#objects/object-key.ts'
import { BOUND_BY_CONTROLLER_ANNOTATION, SELECTED_NODE_ANNOTATION } from '#objects/volume-marks.ts'
import { podClaims } from '#placement/volumes/pod-claims.ts'
import { claimsToPlace } from '#placement/volumes/volume-filter.ts'
import { planVolumes } from '#placement/volumes/volume-plan.ts'
import type { VolumeState } from '#placement/volumes/volume-state.ts'
import type { Cache, ControllerContext } from '../context.ts'

/** What the scheduler reads of claims and volumes, and what it writes of them before a pod gets its node. */
interface VolumeBinding {
  readonly caches: readonly Cache[]
  readonly state: VolumeState
  /**
   * Promises volumes of the node to the pod's claims, or names the node to who makes them. Rejects where somebody else
   * was faster: the pod is to be placed again. Nothing is written where nothing waits for the pod.
   */
  prepare(pod: Pod, node: Node): Promise<void>
  /** Calls back with `namespace/name` of each claim that has changed, and with undefined where a volume or a class has. */
  onChange(listener: (claim: string | undefined) => void): void
}

export const volumeBinding = ({ client, informers }: ControllerContext): VolumeBinding => {
  const claims = informers.for(persistentVolumeClaims)
  const volumes = informers.for(persistentVolumes)
  const classes = informers.for(storageClasses)
  const state: VolumeState = {
    claim: (namespace, name) => claims.lister.get(name, namespace),
    volume: (name) => volumes.lister.byKey(name),
    storageClass: (name) => classes.lister.byKey(name),
    volumes: () => volumes.lister.list(),
  }
  return {
    caches: [claims, volumes, classes],
    state,
    async prepare(pod, node) {
      if (podClaims(pod).length === 0) return
      const found = claimsToPlace(pod, state)
      const plan = 'code' in found ? undefined : planVolumes(found.waiting, node, state)
      if (plan === undefined || 'missing' in plan) throw new Error('its claims have changed meanwhile')
      for (const { claim, volume } of plan.bind) {
        const { apiVersion, kind } = claim
        const { namespace, name, uid, resourceVersion } = claim.metadata ?? {}
        if (volume.spec?.claimRef?.uid) continue
        const annotations = volume.spec?.claimRef
          ? volume.metadata?.annotations
          : { ...volume.metadata?.annotations, [BOUND_BY_CONTROLLER_ANNOTATION]: 'yes' }
        const claimRef = { apiVersion, kind, namespace, name, uid, resourceVersion }
        await client.update(persistentVolumes, {
          ...volume,
          metadata: { ...volume.metadata, ...(annotations && { annotations }) },
          spec: { ...volume.spec!, claimRef },
        })
      }
      for (const claim of plan.provision) {
        if (claim.metadata?.annotations?.[SELECTED_NODE_ANNOTATION] !== undefined) continue
        const annotations = { ...claim.metadata?.annotations, [SELECTED_NODE_ANNOTATION]: node.metadata!.name! }
        const { namespace } = claim.metadata!
        await client.update(
          persistentVolumeClaims,
          { ...claim, metadata: { ...claim.metadata, annotations } },
          { namespace },
        )
      }
    },
    onChange(listener) {
      const noteClaim = (claim: Parameters<typeof keyOf>[0]): void => listener(keyOf(claim))
      claims.addHandlers({ onAdd: noteClaim, onUpdate: (_, claim) => noteClaim(claim), onDelete: noteClaim })
      const noteAny = (): void => listener(undefined)
      volumes.addHandlers({ onAdd: noteAny, onUpdate: noteAny, onDelete: noteAny })
      classes.addHandlers({ onAdd: noteAny, onUpdate: noteAny, onDelete: noteAny })
    },
  }
}
