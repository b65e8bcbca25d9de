import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isControlledBy } from '#objects/owner-reference.ts'
import type { ClusterState, NodeState } from '../cluster-state.ts'
import type { ClaimObstacle, Obstacle } from '../obstacle.ts'
import { admitsNode } from './matching.ts'
import { podClaims } from './pod-claims.ts'
import { planVolumes } from './volume-plan.ts'
import { isClaimBound, type VolumeState, waitsForConsumer } from './volume-state.ts'

interface Claims {
  readonly bound: readonly PersistentVolumeClaim[]
  /** They get their volumes where the pod goes. */
  readonly waiting: readonly PersistentVolumeClaim[]
}

/** The claims of a pod that can be placed with them, or what keeps it from every node. */
export const claimsToPlace = (pod: Pod, state: VolumeState): Claims | ClaimObstacle => {
  const namespace = pod.metadata?.namespace ?? ''
  const bound: PersistentVolumeClaim[] = []
  const waiting: PersistentVolumeClaim[] = []
  const unbound: string[] = []
  for (const { claim: name, isEphemeral } of podClaims(pod)) {
    const claim = state.claim(namespace, name)
    if (claim === undefined) return { code: isEphemeral ? 'claim-awaited' : 'claim-not-found', claim: name }
    const lost = claim.status?.phase === 'Lost'
    if (lost) return { code: 'claim-lost', claim: name, volume: claim.spec?.volumeName ?? '' }
    if (isLeaving(claim)) return { code: 'claim-leaving', claim: name }
    if (isEphemeral && !isControlledBy(claim, pod))
      return { code: 'claim-of-another', claim: `${namespace}/${name}`, pod: `${namespace}/${pod.metadata?.name}` }
    if (isClaimBound(claim)) bound.push(claim)
    else if (!claim.spec?.volumeName && waitsForConsumer(claim, state)) waiting.push(claim)
    else unbound.push(name)
  }
  return unbound.length > 0 ? { code: 'claims-unbound', claims: unbound } : { bound, waiting }
}

/** What a pod's claims keep it from everywhere. */
export const claimFault = (pod: Pod, { volumes }: ClusterState): ClaimObstacle | undefined => {
  if (volumes === undefined) return undefined
  const found = claimsToPlace(pod, volumes)
  return 'code' in found ? found : undefined
}

/** Why one node cannot give the pod its volumes. Of claims that keep it from every node nothing is said here. */
export const volumeFault = (pod: Pod, { node }: NodeState, { volumes }: ClusterState): Obstacle | undefined => {
  if (volumes === undefined || podClaims(pod).length === 0) return undefined
  const found = claimsToPlace(pod, volumes)
  if ('code' in found) return undefined
  for (const { metadata, spec } of found.bound) {
    const about = { claim: metadata?.name ?? '', volume: spec?.volumeName ?? '' }
    const volume = volumes.volume(about.volume)
    if (volume === undefined) return { code: 'volume-not-found', ...about }
    if (!admitsNode(volume, node)) return { code: 'volume-elsewhere', ...about }
  }
  const plan = planVolumes(found.waiting, node, volumes)
  return 'missing' in plan ? { code: 'no-volume', claim: plan.missing.metadata?.name ?? '' } : undefined
}

const isOnce = (claim: PersistentVolumeClaim | undefined): boolean =>
  (claim?.spec?.accessModes ?? []).includes('ReadWriteOncePod')

/** A claim that one pod alone may use, and another uses, wherever it is. */
export const takenClaim = (pod: Pod, { nodes, volumes }: ClusterState): Obstacle | undefined => {
  const namespace = pod.metadata?.namespace ?? ''
  const single = podClaims(pod).filter(({ claim }) => isOnce(volumes?.claim(namespace, claim)))
  if (single.length === 0) return undefined
  const names = new Set(single.map(({ claim }) => claim))
  for (const { pods } of nodes)
    for (const other of pods) {
      if (other.metadata?.namespace !== namespace || other.metadata.uid === pod.metadata?.uid) continue
      const both = podClaims(other).find(({ claim }) => names.has(claim))
      if (both) return { code: 'claim-taken', claim: both.claim, holder: `${namespace}/${other.metadata.name}` }
    }
  return undefined
}
