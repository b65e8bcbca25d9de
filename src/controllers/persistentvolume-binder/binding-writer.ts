import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import { timeText } from '#api/time-text.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isClaimBound } from '#placement/volumes/volume-state.ts'
import type { ControllerContext } from '../context.ts'
import { withVolume } from './desired-claim.ts'
import { withClaim, withoutClaim } from './desired-volume.ts'

/** Writes what was decided of claims and volumes; what is so already is not written. */
export const bindingWriter = ({ client, clock }: Pick<ControllerContext, 'client' | 'clock'>) => {
  const scopeOf = ({ metadata }: PersistentVolumeClaim) => ({ namespace: metadata?.namespace })

  const volumePhase = async (
    volume: PersistentVolume,
    phase: NonNullable<PersistentVolume['status']>['phase'],
    message = '',
  ): Promise<void> => {
    if (volume.status?.phase === phase) return
    const lastPhaseTransitionTime = timeText(clock.now())
    const status = { phase, lastPhaseTransitionTime, ...(message && { message }) }
    await client.update(persistentVolumes, { ...volume, status }, { subresource: 'status' })
  }

  const claimStatus = async (claim: PersistentVolumeClaim, status: PersistentVolumeClaim['status']): Promise<void> => {
    if (claim.status?.phase === status?.phase) return
    await client.update(
      persistentVolumeClaims,
      { ...claim, status: { ...claim.status, ...status } },
      { ...scopeOf(claim), subresource: 'status' },
    )
  }

  return {
    volumePhase,
    claimPhase: (claim: PersistentVolumeClaim, phase: 'Pending' | 'Lost'): Promise<void> =>
      claimStatus(claim, { phase }),

    /** First the volume says whose it is: two claims can not have it then, whatever happens in between. */
    async bind(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
      // Nobody will use it: it only waits to be let go.
      if (isLeaving(claim) && !isClaimBound(claim)) return
      const kept = withClaim(volume, claim)
      await volumePhase(kept ? await client.update(persistentVolumes, kept) : volume, 'Bound')
      const named = isClaimBound(claim)
        ? claim
        : await client.update(persistentVolumeClaims, withVolume(claim, volume), scopeOf(claim))
      const { accessModes, capacity } = volume.spec ?? {}
      await claimStatus(named, { phase: 'Bound', ...(accessModes && { accessModes }), ...(capacity && { capacity }) })
    },

    async unbind(volume: PersistentVolume, wholly: boolean): Promise<void> {
      await volumePhase(await client.update(persistentVolumes, withoutClaim(volume, wholly)), 'Available')
    },

    async classify(claim: PersistentVolumeClaim, storageClassName: string): Promise<void> {
      await client.update(
        persistentVolumeClaims,
        { ...claim, spec: { ...claim.spec, storageClassName } },
        scopeOf(claim),
      )
    },

    /** `undefined` takes an annotation away. */
    async annotate(claim: PersistentVolumeClaim, changes: Readonly<Record<string, string | undefined>>): Promise<void> {
      const all = Object.entries({ ...claim.metadata?.annotations, ...changes })
      const annotations = Object.fromEntries(
        all.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
      )
      await client.update(
        persistentVolumeClaims,
        { ...claim, metadata: { ...claim.metadata, annotations } },
        scopeOf(claim),
      )
    },
  }
}
