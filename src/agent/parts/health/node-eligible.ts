import type { Node } from '#api/core/node/message.ts'

/** Set by the cluster autoscaler on a node that it is about to remove (KEP-3836). */
const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler'

/**
 * False for a node that is being removed: load balancers shall send it nothing new, while what it has goes on. An
 * unknown node is one that has just started.
 */
export const isNodeEligible = (node: Node | undefined): boolean =>
  node?.metadata?.deletionTimestamp === undefined &&
  !(node?.spec?.taints ?? []).some(({ key }) => key === TO_BE_DELETED)
