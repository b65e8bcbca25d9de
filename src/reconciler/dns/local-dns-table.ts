import type { Conntrack } from '#kernel/conntrack/conntrack.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import { familyOf, type IpFamily } from '#net/ip-address.ts'

const LOCAL_DNS_TABLE = 'fairlead-dns'
const DNS_PORT = 53
/** Before whoever translates ClusterIPs at dstnat (-100), kube-proxy and we: of several that would, the first does. */
const PRIORITY = -110
const FAMILIES = { IPv4: 'ip', IPv6: 'ip6' } as const

/** A server of this node, and the addresses of the cluster's DNS that it answers for. All of one family. */
interface LedDns {
  readonly family: IpFamily
  readonly dnsAddresses: readonly string[]
  readonly server: { readonly address: string; readonly port: number }
}

const rulesOf = ({ family, dnsAddresses, server }: LedDns, flags: string): string => {
  const ip = FAMILIES[family]
  const to = family === 'IPv6' ? `[${server.address}]:${server.port}` : `${server.address}:${server.port}`
  const match = `${ip} daddr { ${dnsAddresses.join(', ')} }`
  const chain = (hook: string): string => `  chain ${hook} {
    type nat hook ${hook} priority ${PRIORITY}; policy accept;
    ${match} udp dport ${DNS_PORT} dnat to ${to}
    ${match} tcp dport ${DNS_PORT} dnat to ${to}
  }`
  return `table ${ip} ${LOCAL_DNS_TABLE} {${flags}\n${chain('prerouting')}\n${chain('output')}\n}\n`
}

/**
 * Rules that lead what goes to the cluster's DNS, port 53, to a server of the node itself. The tables belong to the socket
 * that made them: they are there as long as this process is, however it ends, and then whoever forwarded before does.
 */
export class LocalDnsTable {
  readonly #kernel: { readonly nftables: Nftables; readonly conntrack: Conntrack }
  readonly #led = new Map<IpFamily, LedDns>()
  /** Flows that were led and are not any more. */
  readonly #left: LedDns[] = []

  /** `nftables` is ours alone: another command of it would not be the tables' owner. */
  constructor(kernel: { readonly nftables: Nftables; readonly conntrack: Conntrack }) {
    this.#kernel = kernel
  }

  /** Whether the DNS of that family is led here now. */
  leads(family: IpFamily): boolean {
    return this.#led.has(family)
  }

  /**
   * Leads these, and no others: one transaction a family that differs. Throws KernelError NFT_APPLY_FAILED: another
   * process is the tables' owner (EPERM), or the kernel does not know tables with owners (before 5.12).
   */
  lead(wanted: readonly LedDns[]): void {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const before = this.#led.get(family)
      const now = wanted.find((one) => one.family === family)
      if (JSON.stringify(before) === JSON.stringify(now)) continue
      const table = `table ${FAMILIES[family]} ${LOCAL_DNS_TABLE}`
      const remove = before === undefined ? '' : `delete ${table}\n`
      this.#kernel.nftables.run(remove + (now === undefined ? '' : rulesOf(now, ' flags owner;')))
      if (before !== undefined) this.#left.push(before)
      this.#led.delete(family)
      if (now === undefined) continue
      this.#led.set(family, now)
      this.#forget(now, (address) => ({ address, port: DNS_PORT }))
    }
  }

  /** Ends the flows of clients that go on asking from one port, and would be led to where nobody answers soon. */
  forgetLeft(): void {
    for (const led of this.#left.splice(0)) this.#forget(led, () => led.server)
  }

  /** Somebody has changed what we wrote, or removed it. Only root can, and only by ending our socket: looks anyway. */
  isThere(): boolean {
    return [...this.#led.keys()].every((family) => {
      let chains = 0
      this.#kernel.nftables.hooks(FAMILIES[family], LOCAL_DNS_TABLE, (chain) => {
        if (chain !== undefined) chains++
      })
      return chains === 2
    })
  }

  /** UDP to the cluster's DNS that goes to `backend` now: untranslated ones too, of when nobody answered. */
  #forget({ family, dnsAddresses }: LedDns, backend: (address: string) => LedDns['server']): void {
    this.#kernel.conntrack.deleteUdp(
      dnsAddresses.map((address) => ({
        family,
        original: { address, port: DNS_PORT },
        backend: backend(address),
      })),
    )
  }
}

/** The addresses of each family, with the node's own of that family; families that either lacks are left out. */
export const ledDns = (
  dnsAddresses: readonly string[],
  nodeAddresses: readonly string[],
  port: number,
): readonly LedDns[] =>
  (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const ofFamily = (address: string): boolean => familyOf(address) === family
    const address = nodeAddresses.find(ofFamily)
    const led = dnsAddresses.filter(ofFamily)
    return address === undefined || led.length === 0 ? [] : [{ family, dnsAddresses: led, server: { address, port } }]
  })
