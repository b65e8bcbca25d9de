import type { Node } from '#api/core/node/message.ts'
import { isReady } from '#objects/conditions.ts'
import { ZONE_LABEL } from '#objects/well-known.ts'

const REGION_LABEL = 'topology.kubernetes.io/region'
/** kube-controller-manager's --unhealthy-zone-threshold and --large-cluster-size-threshold. */
const UNHEALTHY_PART = 0.55
const LARGE = 50
/** So few that are not ready are no disruption of a zone. */
const FEW = 2

/**
 * What becomes of the pods of nodes that are not ready, by how many are not. `evict`: they are sent away as they tolerate.
 * `hold`: no more of them, since most of their zone is not ready, and what is left could not carry all. `undo`: none at
 * all, since no node is ready, which says more of the control plane than of them.
 */
export type Evictions = 'evict' | 'hold' | 'undo'

const zoneOf = ({ metadata }: Node): string => `${metadata?.labels?.[REGION_LABEL]}:${metadata?.labels?.[ZONE_LABEL]}`

/** What holds for a node among all. */
export const evictionsOf = (node: Node, all: readonly Node[]): Evictions => {
  if (!all.some(isReady)) return 'undo'
  const zone = zoneOf(node)
  const beside = all.filter((one) => zoneOf(one) === zone)
  const unready = beside.filter((one) => !isReady(one)).length
  const isDisrupted = unready < beside.length && unready > FEW && unready / beside.length >= UNHEALTHY_PART
  return isDisrupted && beside.length <= LARGE ? 'hold' : 'evict'
}
