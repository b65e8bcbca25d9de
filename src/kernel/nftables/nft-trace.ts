import { KernelError } from '../kernel-error.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import {
  NETLINK_NETFILTER,
  NFGENMSG_LENGTH,
  NFNL_SUBSYS_NFTABLES,
  NFNLGRP_NFTRACE,
  NFTA_VERDICT_CHAIN,
  NFTA_VERDICT_CODE,
} from '../netlink/netfilter-numbers.ts'
import { NetlinkListener } from '../netlink/netlink-listener.ts'
import { type ReceivedMessage, readAttributes, readString, viewOf } from '../netlink/netlink-message.ts'
import { type Nftables, openNftables } from './libnftables.ts'

// linux/netfilter/nfnetlink.h, nf_tables.h
const NFT_MSG_TRACE = 17
const NFTA_TRACE_TABLE = 1
const NFTA_TRACE_CHAIN = 2
const NFTA_TRACE_RULE_HANDLE = 3
const NFTA_TRACE_TYPE = 4
const NFTA_TRACE_VERDICT = 5
const NFTA_TRACE_ID = 6
const NFTA_TRACE_TRANSPORT_HEADER = 9
const NFTA_TRACE_POLICY = 16
const TYPES = ['unknown', 'policy', 'return', 'rule'] as const
/** By code: those of netfilter from 0 on, those of nf_tables downwards from -1. */
const VERDICTS = ['drop', 'accept', 'stolen', 'queue', 'repeat'] as const
const NFT_VERDICTS = ['continue', 'break', 'jump', 'goto', 'return'] as const

/** Whose first packets are followed. */
export interface TracedTuple {
  readonly protocol: 'TCP' | 'UDP'
  readonly source: string
  readonly destination: string
  readonly port: number
}

/** A rule that matched, or the end of a chain. */
export interface TraceStep {
  readonly table: string
  readonly chain: string
  /** Undefined where no rule decided. */
  readonly ruleHandle: number | undefined
  readonly type: (typeof TYPES)[number]
  readonly verdict: (typeof VERDICTS)[number] | (typeof NFT_VERDICTS)[number] | undefined
  /** The chain that a jump or a goto leads to. */
  readonly target: string | undefined
}

/** The walk of one first packet through the rules of one namespace, of every table, in order. */
interface TracedPacket {
  /** The sender's port. */
  readonly port: number
  readonly steps: readonly TraceStep[]
}

/** One NFT_MSG_TRACE. `id` tells packets apart for as long as they are on their way. */
export interface TraceMessage extends TraceStep {
  readonly id: number
  /** The first bytes above IP; the first message of each hook has them. */
  readonly transport: Uint8Array | undefined
}

/** The table that marks what is to be followed, for as long as it is. */
const TRACE_TABLE = 'fairlead-trace'

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

/** Undefined for a message of another kind. */
export function decodeTrace(message: Pick<ReceivedMessage, 'type' | 'payload'>): TraceMessage | undefined {
  const { payload } = message
  if (message.type !== ((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_TRACE)) return undefined
  const attributes = readAttributes(payload, NFGENMSG_LENGTH)
  const u32 = (name: number) => readBe32(attributes.get(name))
  const table = readString(attributes.get(NFTA_TRACE_TABLE))
  const chain = readString(attributes.get(NFTA_TRACE_CHAIN))
  const id = u32(NFTA_TRACE_ID)
  if (table === undefined || chain === undefined || id === undefined) return undefined
  const nested = readAttributes(attributes.get(NFTA_TRACE_VERDICT) ?? new Uint8Array())
  const code = readBe32(nested.get(NFTA_VERDICT_CODE)) ?? u32(NFTA_TRACE_POLICY)
  const handle = attributes.get(NFTA_TRACE_RULE_HANDLE)
  const type = TYPES[u32(NFTA_TRACE_TYPE) ?? 0] ?? 'unknown'
  return {
    table,
    chain,
    ruleHandle: handle && Number(viewOf(handle).getBigUint64(0)),
    // Linux tells the end of a base chain as that of a rule which it has not.
    type: type === 'rule' && handle === undefined ? 'return' : type,
    verdict: code === undefined ? undefined : verdictOf(code),
    target: readString(nested.get(NFTA_VERDICT_CHAIN)),
    id,
    transport: attributes.get(NFTA_TRACE_TRANSPORT_HEADER)?.slice(),
  }
}

/** nf_tables' numbers are in the network's byte order. */
const readBe32 = (bytes: Uint8Array | undefined): number | undefined =>
  bytes === undefined || bytes.length < 4 ? undefined : viewOf(bytes).getUint32(0)

/** A queue has its number in the upper half. */
const verdictOf = (code: number): TraceStep['verdict'] =>
  code >= 0x80000000 ? NFT_VERDICTS[-(code | 0) - 1] : VERDICTS[code & 0xff]

/** Messages of several packets, in the order in which they came, as walks: each begins with our mark. */
export function tracedPackets(messages: readonly TraceMessage[]): readonly TracedPacket[] {
  const packets: { readonly port: number; readonly steps: TraceStep[] }[] = []
  const byId = new Map<number, TraceStep[]>()
  for (const { id, transport, ...step } of messages) {
    if (step.table !== TRACE_TABLE) {
      byId.get(id)?.push(step)
      continue
    }
    if (step.type !== 'rule' || transport === undefined || transport.length < 2) continue
    const packet = { port: viewOf(transport).getUint16(0), steps: [] as TraceStep[] }
    packets.push(packet)
    byId.set(id, packet.steps)
  }
  return packets
}
