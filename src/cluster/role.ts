/** The two programs of ours that a cluster runs. */
export type Role = 'control-plane' | 'agent-host'

/** In the order that they are started and shown. */
export const ROLES: readonly Role[] = ['control-plane', 'agent-host']
