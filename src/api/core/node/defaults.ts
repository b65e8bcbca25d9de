import type { Draft } from '#schema/defaulting.ts'
import type { Node } from './message.ts'

/** Fills in, in place, that pods may have all that a node has; a range said twice is one, of which the older field counts. */
export const defaultNode = ({ spec, status }: Draft<Node>): void => {
  if (status?.capacity !== undefined && Object.keys(status.allocatable ?? {}).length === 0)
    status.allocatable = { ...status.capacity }
  const first = spec?.podCIDRs?.[0]
  if (spec?.podCIDR && first !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR]
  else if (spec !== undefined && !spec.podCIDR && first) spec.podCIDR = first
}
