import type { Node } from '#api/core/node/message.ts'
import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { StorageClass } from '#api/storage/storageclass/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { NO_PROVISIONER, SELECTED_NODE_ANNOTATION } from '#objects/volume-marks.ts'
import { own } from '#schema/own.ts'
import { compareQuantities } from '#schema/quantity-sum.ts'
import { bestMatch } from './matching.ts'
import { storageClassOf, type VolumeState } from './volume-state.ts'

/** What is to be written so that claims get their volumes on one node. */
interface VolumePlan {
  /** Volumes that are there, each with the claim that is to have it. */
  readonly bind: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[]
  /** Claims whose volumes are yet to be made there. */
  readonly provision: readonly PersistentVolumeClaim[]
}

/** Whether the volumes of a class may be on this node at all: some term of its topologies fits. */
export const isInTopologies = ({ allowedTopologies = [] }: StorageClass, node: Node): boolean =>
  allowedTopologies.length === 0 ||
  allowedTopologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values = [] }) => values.includes(own(node.metadata?.labels, key) ?? '')),
  )

const canProvision = (claim: PersistentVolumeClaim, node: Node, state: VolumeState): boolean => {
  const found = storageClassOf(claim, state)
  if (found === undefined || found.provisioner === '' || found.provisioner === NO_PROVISIONER) return false
  return isInTopologies(found, node)
}

const bySize = (left: PersistentVolumeClaim, right: PersistentVolumeClaim): number =>
  compareQuantities(left.spec?.resources?.requests?.storage ?? '0', right.spec?.resources?.requests?.storage ?? '0')

/**
 * How claims that wait for their consumer get their volumes on a node: the smallest of them first, from what is there, or
 * made new. The first claim that cannot have one, where there is such a one.
 */
export const planVolumes = (
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  state: VolumeState,
): VolumePlan | { readonly missing: PersistentVolumeClaim } => {
  const bind: { claim: PersistentVolumeClaim; volume: PersistentVolume }[] = []
  const provision: PersistentVolumeClaim[] = []
  const taken = new Set<string>()
  for (const claim of [...claims].sort(bySize)) {
    const selected = claim.metadata?.annotations?.[SELECTED_NODE_ANNOTATION]
    if (selected !== undefined) {
      // Its volume is being made already, on that node and no other.
      if (selected !== node.metadata?.name) return { missing: claim }
      provision.push(claim)
      continue
    }
    const volume = bestMatch(claim, state.volumes(), { node, taken })
    if (volume !== undefined) {
      taken.add(keyOf(volume))
      bind.push({ claim, volume })
    } else if (canProvision(claim, node, state)) provision.push(claim)
    else return { missing: claim }
  }
  return { bind, provision }
}
