import type { Pod } from '#api/core/pod/message.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'

interface PodClaim {
  /** The volume of the pod that it is for. */
  readonly volume: string
  /** The claim's name. */
  readonly claim: string
  /** It is made for this pod, and goes with it. */
  readonly isEphemeral: boolean
}

/** The claim that is made for an ephemeral volume of the pod. */
export const ephemeralClaimName = ({ metadata }: Pod, volume: Pick<Volume, 'name'>): string =>
  `${metadata?.name}-${volume.name}`

/** The claims that a pod uses: those that it names, and those that are made for it. */
export const podClaims = (pod: Pod): readonly PodClaim[] =>
  (pod.spec?.volumes ?? []).flatMap((volume): readonly PodClaim[] => {
    const { name, persistentVolumeClaim, ephemeral } = volume
    if (persistentVolumeClaim) return [{ volume: name, claim: persistentVolumeClaim.claimName, isEphemeral: false }]
    return ephemeral ? [{ volume: name, claim: ephemeralClaimName(pod, volume), isEphemeral: true }] : []
  })
