/** The classes that every cluster has. */
export const SYSTEM_CLASSES = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Of pods without which their node does not work; they stay where they are.',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'Of pods without which the cluster does not work, on whichever node.',
  },
] as const
