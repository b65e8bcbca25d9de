import { NFGENMSG_LENGTH, NFTA_VERDICT_CODE } from '../netlink/netfilter-numbers.ts'
import { readAttributes, readString, viewOf } from '../netlink/netlink-message.ts'
import {
  NFPROTO,
  NFTA_CHAIN_HOOK,
  NFTA_CHAIN_NAME,
  NFTA_CHAIN_POLICY,
  NFTA_CHAIN_TABLE,
  NFTA_CHAIN_TYPE,
  NFTA_DATA_VERDICT,
  NFTA_EXPR_DATA,
  NFTA_EXPR_NAME,
  NFTA_HOOK_HOOKNUM,
  NFTA_HOOK_PRIORITY,
  NFTA_IMMEDIATE_DATA,
  NFTA_LIST_ELEM,
  NFTA_TARGET_NAME,
} from './element-numbers.ts'

type NftFamily = keyof typeof NFPROTO

/** A chain by which packets come into a table, whoever made it. */
export interface BaseChain {
  readonly family: NftFamily
  readonly table: string
  readonly name: string
  /** `filter`, `nat`, `route` */
  readonly type: string
  /** `prerouting`; `hook 7` where it has no name here. */
  readonly hook: string
  readonly priority: number
  /** What becomes of a packet that no rule decides. */
  readonly policy: 'accept' | 'drop'
}

/** linux/netfilter.h: NF_INET_*, in order. */
const INET_HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress']
/** NF_NETDEV_* */
const NETDEV_HOOKS = ['ingress', 'egress']
const ARP_HOOKS = ['input', 'output', 'forward']
const NF_DROP = 0
const FAMILIES = new Map(Object.entries(NFPROTO).map(([name, number]) => [number as number, name as NftFamily]))
const NONE = new Uint8Array()

/** Reads an NFT_MSG_NEWCHAIN message; undefined for a chain that rules alone lead to. */
export const readBaseChain = (payload: Uint8Array): BaseChain | undefined => {
  const attributes = readAttributes(payload, NFGENMSG_LENGTH)
  const hook = attributes.get(NFTA_CHAIN_HOOK)
  const family = FAMILIES.get(payload[0] ?? 0)
  if (hook === undefined || family === undefined) return undefined
  const of = readAttributes(hook)
  const number = viewOf(of.get(NFTA_HOOK_HOOKNUM) ?? new Uint8Array(4)).getUint32(0)
  const policy = attributes.get(NFTA_CHAIN_POLICY)
  const hooks = family === 'netdev' ? NETDEV_HOOKS : family === 'arp' ? ARP_HOOKS : INET_HOOKS
  return {
    family,
    table: readString(attributes.get(NFTA_CHAIN_TABLE)) ?? '',
    name: readString(attributes.get(NFTA_CHAIN_NAME)) ?? '',
    type: readString(attributes.get(NFTA_CHAIN_TYPE)) ?? '',
    hook: hooks[number] ?? `hook ${number}`,
    priority: viewOf(of.get(NFTA_HOOK_PRIORITY) ?? new Uint8Array(4)).getInt32(0),
    policy: policy !== undefined && viewOf(policy).getUint32(0) === NF_DROP ? 'drop' : 'accept',
  }
}

/** What a rule may do to a packet that others wait for. */
export type Deed = 'drop' | 'reject' | 'nat'

const DEEDS: Readonly<Record<string, Deed>> = {
  nat: 'nat',
  masq: 'nat',
  redir: 'nat',
  tproxy: 'nat',
  reject: 'reject',
  // Targets of iptables, by nftables' compatibility.
  DNAT: 'nat',
  SNAT: 'nat',
  MASQUERADE: 'nat',
  REDIRECT: 'nat',
  NETMAP: 'nat',
  TPROXY: 'nat',
  REJECT: 'reject',
  DROP: 'drop',
}

/** What the expressions of a rule do, of what is in the way of others (NFTA_RULE_EXPRESSIONS). Verdicts of maps are not looked at. */
export const deedsOf = (expressions: Uint8Array): readonly Deed[] => {
  const deeds: Deed[] = []
  const view = viewOf(expressions)
  for (let at = 0; at + 4 <= expressions.length; ) {
    // Netlink is in the machine's order, which Uint16Array reads.
    const [length = 0, type = 0] = new Uint16Array(expressions.slice(at, at + 4).buffer)
    if (length < 4 || at + length > view.byteLength) break
    if ((type & 0x3fff) === NFTA_LIST_ELEM) {
      const deed = deedOf(readAttributes(expressions.subarray(at + 4, at + length)))
      if (deed !== undefined) deeds.push(deed)
    }
    at += (length + 3) & ~3
  }
  return deeds
}

const deedOf = (expression: ReadonlyMap<number, Uint8Array>): Deed | undefined => {
  const name = readString(expression.get(NFTA_EXPR_NAME)) ?? ''
  const data = readAttributes(expression.get(NFTA_EXPR_DATA) ?? NONE)
  if (name === 'target') return DEEDS[readString(data.get(NFTA_TARGET_NAME)) ?? '']
  if (name !== 'immediate') return DEEDS[name]
  const verdict = readAttributes(data.get(NFTA_IMMEDIATE_DATA) ?? NONE).get(NFTA_DATA_VERDICT)
  const code = verdict && readAttributes(verdict).get(NFTA_VERDICT_CODE)
  return code !== undefined && viewOf(code).getInt32(0) === NF_DROP ? 'drop' : undefined
}
