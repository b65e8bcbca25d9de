/** Programs that run as long as a cluster does. */
export type Role = 'control-plane' | 'agent-host'
