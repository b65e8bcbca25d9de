import { closeSync } from 'node:fs'
import { createNetworkNamespace, HOME_NETWORK, namespacePath, openNamespace } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { changeLink, newBridge, newVeth } from '#kernel/rtnetlink/link.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { PerFamily } from '#net/per-family.ts'
import { fabricPlan, HOST_PORT, nodePortLink, UNDERLAY_LINK, UPLINK } from '#podnetwork/machine-plan.ts'
import { MTU, withoutIpv6 } from '#podnetwork/network-plan.ts'
import { podMac } from '#podnetwork/pod-plan.ts'
import { applyNetworkPlan } from '#reconciler/network/apply-network-plan.ts'
import { type ClusterConfig, type NodeConfig, nodesUp, standing } from '../config.ts'

/** The fabric's namespace with its bridge, without ports yet. */
export function createFabric(config: ClusterConfig, ipv6: boolean): void {
  const path = createNetworkNamespace(config.fabric.namespace)
  const plan = fabricPlan(config)
  writeSysctls(path, ipv6 ? plan.sysctls : withoutIpv6(plan).sysctls)
  makeUnderlay(config)
}

/** The bridge that the cables come together in. */
export function makeUnderlay(config: ClusterConfig): void {
  using fabric = Rtnetlink.open(namespacePath(config.fabric.namespace))
  // MACs are given, not left to chance: udev gives a random one another value when it comes round to it, and neighbours
  // would keep the old one.
  const mac = podMac(config.fabric.addresses)
  fabric.apply([newBridge({ name: UNDERLAY_LINK, up: true, mtu: MTU, mac })])
}

/**
 * The cables: one from the bridge into each node, and one to the host (the namespace that the process is in). The
 * nodes' namespaces are there.
 */
export function connectFabric(config: ClusterConfig): void {
  connectMachines(config, [...standing(config), 'host'])
}

/** Some of the cables: those of nodes, or the host's. That of a node that is paused is not plugged in. */
export function connectMachines(config: ClusterConfig, machines: readonly (NodeConfig | 'host')[]): void {
  using fabric = Rtnetlink.open(namespacePath(config.fabric.namespace))
  const master = fabric.linkIndex(UNDERLAY_LINK)
  const connect = (port: string, link: string, namespace: string, addresses: PerFamily, up: boolean) => {
    const peer = openNamespace(namespace)
    try {
      fabric.apply([
        newVeth({ name: port, mtu: MTU, master, up }, { name: link, mtu: MTU, mac: podMac(addresses) }, peer),
      ])
    } finally {
      closeSync(peer)
    }
  }
  for (const machine of machines) {
    if (machine === 'host') {
      connect(HOST_PORT, config.host.link, HOME_NETWORK, config.host.addresses, true)
      continue
    }
    const { namespace, addresses, state } = machine
    connect(nodePortLink(machine), UPLINK, namespacePath(namespace), addresses, state === undefined)
  }
}

/** Routes of the fabric; the nodes' ends of the cables are up by now, so the kernel is made to act on their carrier. */
export function routeFabric(config: ClusterConfig, ipv6: boolean): void {
  using fabric = Rtnetlink.open(namespacePath(config.fabric.namespace))
  const ports = [HOST_PORT, ...nodesUp(config).map(nodePortLink)]
  for (const port of ports) {
    const link = fabric.link(port)
    if (link !== undefined && !link.operational) fabric.apply([changeLink(link.index, { up: true })])
  }
  const plan = fabricPlan(config)
  applyNetworkPlan(fabric, ipv6 ? plan : withoutIpv6(plan))
}
