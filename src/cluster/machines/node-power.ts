import { constants } from 'node:os'
import { hasIpv6 } from '#kernel/namespaces/ipv6.ts'
import { deleteNamespace, isNamespace, listNetworkNamespaces, namespacePath } from '#kernel/namespaces/namespace.ts'
import { processesIn } from '#kernel/namespaces/processes-in.ts'
import { changeLink, deleteLink } from '#kernel/rtnetlink/link.ts'
import { deleteRoute } from '#kernel/rtnetlink/route.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { familyOfText } from '#net/per-family.ts'
import { nodePortLink } from '#podnetwork/machine-plan.ts'
import { type ClusterConfig, type NodeConfig, standing } from '../config.ts'
import { connectMachines, routeFabric } from './fabric.ts'
import { isNodeNamespaceOf } from './names.ts'
import { createNode, routeNode } from './node.ts'

/** Whether the node's machine stands. */
export const isRaised = ({ namespace }: NodeConfig): boolean => isNamespace(namespacePath(namespace))

/** Makes the machine of one node of a cluster that runs, and its cable; what of it is there already is made anew. */
export function raiseNode(config: ClusterConfig, node: NodeConfig): void {
  dropNode(config, node)
  const ipv6 = hasIpv6()
  createNode(config, node, ipv6)
  connectMachines(config, [node])
  routeNode(config, node, ipv6)
  routeFabric(config, ipv6)
}

/** Takes the machine of a node away: its cable first, then whatever process is in its network, then that. */
export function dropNode(config: ClusterConfig, node: NodeConfig): void {
  withFabric(config, (fabric) => {
    if (fabric.link(nodePortLink(node)) !== undefined)
      fabric.apply([deleteLink(nodePortLink(node))], [constants.errno.ENODEV])
  })
  if (isRaised(node)) dropNamespace(node.namespace)
}

/** The namespaces of nodes that the cluster does not have any more: who was to take them away died. */
export function dropStrangers({ name, nodes }: ClusterConfig): void {
  for (const namespace of listNetworkNamespaces())
    if (isNodeNamespaceOf(name, namespace) && !nodes.some((node) => node.namespace === namespace))
      dropNamespace(namespace)
}

function dropNamespace(name: string): void {
  const path = namespacePath(name)
  for (const pid of processesIn(path))
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended meanwhile.
    }
  deleteNamespace(path)
}

/** Pulls the cable of a node, or plugs it in again: what stands of it stays as it is. */
export function setCable(config: ClusterConfig, node: NodeConfig, up: boolean): void {
  withFabric(config, (fabric) => {
    const link = fabric.link(nodePortLink(node))
    if (link !== undefined) fabric.apply([changeLink(link.index, { up })])
  })
}

/** Routes as they are to be among nodes that came and went; `gone` were there before. */
export function routeAll(config: ClusterConfig, gone: readonly NodeConfig[]): void {
  const ipv6 = hasIpv6()
  routeFabric(config, ipv6)
  const ranges = gone.flatMap(({ podCidrs }) => podCidrs)
  const stale = ranges.filter((range) => ipv6 || familyOfText(range) === 'IPv4').map(deleteRoute)
  withFabric(config, (fabric) => fabric.apply(stale, [constants.errno.ESRCH]))
  for (const node of standing(config)) {
    if (!isRaised(node)) continue
    routeNode(config, node, ipv6)
    using rtnetlink = Rtnetlink.open(namespacePath(node.namespace))
    rtnetlink.apply(stale, [constants.errno.ESRCH])
  }
}

function withFabric(config: ClusterConfig, work: (fabric: Rtnetlink) => void): void {
  using fabric = Rtnetlink.open(namespacePath(config.fabric.namespace))
  work(fabric)
}
