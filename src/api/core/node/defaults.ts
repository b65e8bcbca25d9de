import type { Draft } from '#schema/defaulting.ts'
import type { Node } from './message.ts'

/** Fills in, in place, that pods may have all that a node has. */
export const defaultNode = ({ status }: Draft<Node>): void => {
  if (status?.capacity !== undefined && Object.keys(status.allocatable ?? {}).length === 0)
    status.allocatable = { ...status.capacity }
}
