import { KernelError } from '../kernel-error.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import { NETLINK_NETFILTER, NFNLGRP_NFTRACE } from '../netlink/netfilter-numbers.ts'
import { NetlinkListener } from '../netlink/netlink-listener.ts'
import { type Nftables, openNftables } from './libnftables.ts'
import { decodeTrace, TRACE_TABLE, type TracedPacket, type TraceMessage, tracedPackets } from './traced-packet.ts'

/** Whose first packets are followed. */
export interface TracedTuple {
  readonly protocol: 'TCP' | 'UDP'
  readonly source: string
  readonly destination: string
  readonly port: number
}

/**
 * The kernel's own trace of new connections of one tuple in one network namespace. A table of ours marks their first
 * packets before any other rule sees them; the kernel then tells of every rule that matches one. One at a time in a
 * namespace: a second one takes the place of the first.
 */
export class NftTrace {
  readonly #nftables: Nftables
  readonly #listener: NetlinkListener
  readonly #family: 'ip' | 'ip6'

  /**
   * From now on, in the namespace at `path`. Throws KernelError NFT_TRACE_FAILED, whose cause says why; then nothing is
   * left.
   */
  static open(path: string, tuple: TracedTuple): NftTrace {
    try {
      return NftTrace.#open(path, tuple)
    } catch (cause) {
      if (!(cause instanceof KernelError)) throw cause
      throw new KernelError('NFT_TRACE_FAILED', { operation: 'trace', object: path, message: cause.message, cause })
    }
  }

  static #open(path: string, tuple: TracedTuple): NftTrace {
    const listener = withNamespace(
      path,
      () => new NetlinkListener(NETLINK_NETFILTER, NFNLGRP_NFTRACE, 'NFT_TRACE_FAILED', 'trace'),
    )
    let nftables: Nftables | undefined
    try {
      nftables = openNftables(path)
      nftables.run(tableText(tuple))
      return new NftTrace(nftables, listener, familyOf(tuple))
    } catch (error) {
      // An answer that was lost may have been a yes.
      if (nftables !== undefined) removeTable(nftables, familyOf(tuple))
      nftables?.close()
      listener.close()
      throw error
    }
  }

  private constructor(nftables: Nftables, listener: NetlinkListener, family: 'ip' | 'ip6') {
    this.#nftables = nftables
    this.#listener = listener
    this.#family = family
  }

  /**
   * The packets that came since the last call; does not wait. A packet that is sent again is another one, with the same
   * port.
   */
  read(): readonly TracedPacket[] {
    const messages: TraceMessage[] = []
    this.#listener.read((message) => {
      const decoded = decodeTrace(message)
      if (decoded !== undefined) messages.push(decoded)
    })
    return tracedPackets(messages)
  }

  /** Takes the table away too. */
  close(): void {
    this.#listener.close()
    removeTable(this.#nftables, this.#family)
    this.#nftables.close()
  }
}

const familyOf = ({ destination }: TracedTuple): 'ip' | 'ip6' => (destination.includes(':') ? 'ip6' : 'ip')

/** `add` before `delete`: no error where nothing is there, neither ours nor that of a run that was killed. */
const removal = (family: 'ip' | 'ip6'): string =>
  `add table ${family} ${TRACE_TABLE}\ndelete table ${family} ${TRACE_TABLE}\n`

function tableText(tuple: TracedTuple): string {
  const { protocol, source, destination, port } = tuple
  const family = familyOf(tuple)
  const layer4 = protocol.toLowerCase()
  // Later packets of a connection meet no NAT rules.
  const first = protocol === 'TCP' ? 'tcp flags & (syn | ack) == syn ' : ''
  const rule = `${family} saddr ${source} ${family} daddr ${destination} ${layer4} dport ${port} ${first}meta nftrace set 1`
  const chain = (hook: string) => `chain ${hook} {\ntype filter hook ${hook} priority -350\n${rule}\n}\n`
  // Links hand over what is traced as if it were not, but not loopback: what starts here is marked once already where
  // it comes back in.
  return `${removal(family)}table ${family} ${TRACE_TABLE} {\n${chain('prerouting')}${chain('output')}}\n`
}

/** Never throws: what it leaves the next run replaces, and an error on the way out would hide a better one. */
function removeTable(nftables: Nftables, family: 'ip' | 'ip6'): void {
  try {
    nftables.run(removal(family))
  } catch {
    // As above.
  }
}
