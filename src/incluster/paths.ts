/** Where the programs of the image find and keep what is theirs; the workloads that are installed mount these. */
export const PATHS = {
  /** The cluster's settings, out of a ConfigMap. */
  settings: '/etc/fairlead/settings.json',
  /** Sockets and locks: the node's /run/fairlead, which ends with its power. Root's alone. */
  run: '/run/fairlead',
  /** What a node's agent knows after it has ended: the node's /var/lib/fairlead. Root's alone. */
  state: '/var/lib/fairlead/node',
} as const

/** The agent's socket, for who may enter its pod. */
export const AGENT_SOCKET = `${PATHS.run}/agent.sock`

/** Where the node's runtime finds its plugins, and where these ask. */
export const CNI_FOLDERS = { programs: '/host/opt/cni/bin', configurations: '/host/etc/cni/net.d' } as const
export const CNI_SOCKET = `${PATHS.run}/cni.sock`
/** The plugin's program, in the image. */
export const CNI_PROGRAM = '/opt/fairlead/door'

/** Of `PATHS.run`: whoever has its lock is the node's agent. */
export const LOCK_FILE = 'agent.lock'

/** On the node's loopback, for the kubelet's probes. */
export const PROBE_PORT = 10266
/** The same of the controller. */
export const CONTROLLER_PROBE_PORT = 10_267
