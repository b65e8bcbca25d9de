import { shortUid } from '#podnetwork/pod-plan.ts'

/**
 * Every name of ours outside of the state folder follows from the cluster's name, so that `down` finds it when nothing
 * else is left. A cluster's name may be the beginning of another's (`ci` and `ci-node-1`): the patterns match whole
 * names.
 */
export const fabricNamespace = (cluster: string): string => `fairlead-${cluster}-fabric`
/** The network namespace of a node. */
export const nodeNamespace = (cluster: string, node: string): string => `fairlead-${cluster}-${node}`
/** The network namespace of a pod, by its uid. */
export const podNamespace = (cluster: string, uid: string): string => `fairlead-${cluster}-pod-${shortUid(uid)}`
/** The nftables table, on the host, that lets a cluster out. */
export const egressTable = (cluster: string): string => `fairlead-${cluster}-egress`

/** A node's name by its number, from 1. */
export const nodeName = (number: number): string => `node-${number}`

/** Whether a namespace is one of that cluster's fabric, nodes and pods. */
export function isNamespaceOf(cluster: string, name: string): boolean {
  const own = `fairlead-${cluster}-`
  return name.startsWith(own) && /^(fabric|node-\d+|pod-[0-9a-z]{12})$/.test(name.slice(own.length))
}

/** Whether a namespace is one of that cluster's nodes. */
export const isNodeNamespaceOf = (cluster: string, name: string): boolean => {
  const own = `fairlead-${cluster}-node-`
  return name.startsWith(own) && /^\d+$/.test(name.slice(own.length))
}

/**
 * The host's link to the fabric: `fl-NAME`; a longer name keeps its first seven letters and gets four letters of a
 * checksum, since a link's name has at most 15 bytes.
 */
export function hostLink(cluster: string): string {
  if (cluster.length <= 12) return `fl-${cluster}`
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(cluster)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return `fl-${cluster.slice(0, 7)}-${(hash % 36 ** 4).toString(36).padStart(4, '0')}`
}
