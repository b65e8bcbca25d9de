import { asVersion, type CniResult } from '../call/result.ts'
import { type CniVersion, isAtLeast } from '../conf/version.ts'

/** A routed link as it was made: one end in the container, one on the node. */
export interface AttachedLink {
  readonly ifName: string
  readonly netns: string
  readonly mac: string
  /** Bytes. */
  readonly mtu: number
  readonly node: { readonly link: string; readonly mac: string }
  /** With what they are reached by from inside. */
  readonly ways: readonly AttachedWay[]
}

/** One family's. */
interface AttachedWay {
  readonly address: string
  readonly isIpv6: boolean
  readonly gateway: string
  /** The range of all addresses. */
  readonly everywhere: string
}

/** The result of ADD in a version. Plugins after ours find the link by it: portmap the addresses, bandwidth the node's end. */
export const attachedResult = (link: AttachedLink, cniVersion: CniVersion): CniResult => {
  const mtu = isAtLeast(cniVersion, '1.1.0') && { mtu: link.mtu }
  return asVersion(
    {
      interfaces: [
        { name: link.node.link, mac: link.node.mac, ...mtu },
        { name: link.ifName, mac: link.mac, ...mtu, sandbox: link.netns },
      ],
      ips: link.ways.map(({ address, isIpv6, gateway }) => ({
        address: `${address}/${isIpv6 ? 128 : 32}`,
        gateway,
        interface: 1,
      })),
      routes: link.ways.map(({ everywhere, gateway }) => ({ dst: everywhere, gw: gateway })),
      dns: {},
    },
    cniVersion,
  )
}
