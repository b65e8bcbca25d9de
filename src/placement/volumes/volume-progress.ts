import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { SELECTED_NODE_ANNOTATION } from '#objects/volume-marks.ts'
import { admitsNode, isVolumeOf } from './matching.ts'
import { claimsToPlace } from './volume-filter.ts'
import type { VolumeState } from './volume-state.ts'

/** How far the claims of a pod are that is to run on a node; `lost`: what was planned there will not come about. */
type VolumeProgress = 'bound' | 'waiting' | 'lost'

export const volumeProgress = (pod: Pod, node: Node, state: VolumeState): VolumeProgress => {
  const found = claimsToPlace(pod, state)
  if ('code' in found) return 'lost'
  for (const { spec } of found.bound) {
    const volume = state.volume(spec?.volumeName ?? '')
    if (volume === undefined || !admitsNode(volume, node)) return 'lost'
  }
  const isPlanned = (claim: (typeof found.waiting)[number]): boolean =>
    claim.metadata?.annotations?.[SELECTED_NODE_ANNOTATION] === node.metadata?.name ||
    state.volumes().some((volume) => isVolumeOf(volume, claim) && admitsNode(volume, node))
  if (!found.waiting.every(isPlanned)) return 'lost'
  return found.waiting.length === 0 ? 'bound' : 'waiting'
}
