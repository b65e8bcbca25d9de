import { readFileSync } from 'node:fs'
import { KernelError } from '#kernel/kernel-error.ts'
import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { deleteNamespace, listNetworkNamespaces, namespacePath } from '#kernel/namespaces/namespace.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { ClusterError } from '../cluster-error.ts'
import { type ClusterConfig, standing } from '../config.ts'
import { closeEgress, openEgress } from './egress.ts'
import { connectFabric, createFabric, routeFabric } from './fabric.ts'
import { removeHostLink, routeHostLink } from './host-link.ts'
import { hostLink, isNamespaceOf } from './names.ts'
import { createNode, routeNode } from './node.ts'

/** What could be made: a machine may have IPv6 switched off, which we do not change. */
interface MachinesMade {
  /** The kernel has IPv6: nodes and pods have both families. */
  readonly ipv6: boolean
  /**
   * The host's link has IPv6 too. False: pods have it among themselves, and the host reaches them by IPv4 only
   * (`net.ipv6.conf.default.disable_ipv6`).
   */
  readonly hostIpv6: boolean
}

/**
 * Makes the machines of a local cluster: the fabric, the nodes that are not stopped, and the host's link, in process, without a fork. The
 * host gets that one link with its addresses, routes and settings; no other setting of it is touched (but see --egress). Throws
 * ClusterError MACHINES_FAILED, with what was made taken away again.
 */
export function createMachines(config: ClusterConfig): MachinesMade {
  try {
    const ipv6 = hasIpv6()
    createFabric(config, ipv6)
    for (const node of standing(config)) createNode(config, node, ipv6)
    connectFabric(config)
    for (const node of standing(config)) routeNode(config, node, ipv6)
    const hostIpv6 = routeHostLink(config)
    routeFabric(config, ipv6)
    if (config.egress) openEgress(config, ipv6)
    return { ipv6, hostIpv6 }
  } catch (cause) {
    removeMachines({ name: config.name, config })
    if (!(cause instanceof KernelError)) throw cause
    const root = cause.errnoName === 'EPERM' || cause.errnoName === 'EACCES'
    throw new ClusterError('MACHINES_FAILED', `the network of ${config.name} was not made: ${cause.message}`, {
      cause,
      hint: root ? 'run as root (CAP_NET_ADMIN and CAP_SYS_ADMIN are needed)' : undefined,
    })
  }
}

/**
 * Takes away everything that stands outside of the state folder's files: the host's link with its routes, the egress
 * table and setting, every namespace of fabric, nodes and pods, and the mounts that hold pods' namespaces. Works from
 * the name alone; no error where nothing is there, or half of it. Whether anything was. Processes in the namespaces
 * should have ended before: a namespace lives as long as they do.
 */
export function removeMachines(cluster: {
  readonly name: string
  readonly config: ClusterConfig | undefined
  /** Where its state lies; by default where its configuration says so. Mounts are sought there. */
  readonly stateDir?: string | undefined
}): boolean {
  const { name, config, stateDir = config?.stateDir } = cluster
  // Explicitly and first: the kernel takes a namespace down later, in its own time, and the host's end must not stay
  // till then.
  let found = removeHostLink(config?.host.link ?? hostLink(name))
  if (config === undefined || config.egress) found = closeEgress(name) || found
  const named = new Set(
    config === undefined ? [] : [config.fabric.namespace, ...config.nodes.map((one) => one.namespace)],
  )
  for (const namespace of listNetworkNamespaces()) {
    if (!named.has(namespace) && !isNamespaceOf(name, namespace)) continue
    deleteNamespace(namespacePath(namespace))
    found = true
  }
  for (const mount of stateDir === undefined ? [] : namespaceMounts(stateDir)) {
    deleteNamespace(mount)
    found = true
  }
  return found
}

/** What of a cluster's machines stands, by the cluster's name, in words. */
export function machinesOf(name: string): readonly string[] {
  const link = hostLink(name)
  using host = Rtnetlink.open()
  return [
    ...listNetworkNamespaces()
      .filter((namespace) => isNamespaceOf(name, namespace))
      .map((namespace) => `network namespace ${namespace}`),
    ...(host.link(link)?.kind === 'veth' ? [`link ${link}`] : []),
  ]
}

/** Files below the state folder that a namespace is bound to. */
function namespaceMounts(stateDir: string): readonly string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(' - nsfs '))
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
    )
    .filter((path) => path.startsWith(`${stateDir}/`))
}
