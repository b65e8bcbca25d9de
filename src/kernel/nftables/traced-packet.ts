import {
  NFGENMSG_LENGTH,
  NFNL_SUBSYS_NFTABLES,
  NFTA_VERDICT_CHAIN,
  NFTA_VERDICT_CODE,
} from '../netlink/netfilter-numbers.ts'
import { type ReceivedMessage, readAttributes, readString, viewOf } from '../netlink/netlink-message.ts'

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

/** The table that marks what is to be followed, for as long as it is. */
export const TRACE_TABLE = 'fairlead-trace'

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
export interface TracedPacket {
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
