/** The cgroup of a pod, below the runtime's own. */
export const podCgroup = (node: string, uid: string): string => `${node}/${uid}`

/** The cgroup of a container, whichever attempt runs in it. */
export const containerCgroup = (node: string, uid: string, name: string): string => `${podCgroup(node, uid)}/${name}`
