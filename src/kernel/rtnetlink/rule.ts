import { AF_INET, AF_INET6, AF_UNSPEC } from '../inet.ts'
import {
  MessageWriter,
  type NetlinkRequest,
  type ReceivedMessage,
  readAttributes,
  readU32,
} from '../netlink/netlink-message.ts'
import { NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL } from '../netlink/netlink-numbers.ts'
import { ROUTE_PROTOCOL } from './route.ts'

// linux/fib_rules.h
export const RTM_NEWRULE = 32
const RTM_GETRULE = 34
const RULE_LENGTH = 12
const FRA_PRIORITY = 6
const FRA_FWMARK = 10
const FRA_TABLE = 15
const FRA_PROTOCOL = 21
const FR_ACT_TO_TBL = 1

/** A packet with this mark is routed by this table. */
export interface RoutingRule {
  readonly family: 'IPv4' | 'IPv6'
  readonly mark: number
  readonly table: number
}

/** The place among the rules, before that of the main table (32766). */
const PRIORITY = 1000

/** Adds a rule of ours; refused with EEXIST where it is there. */
export function newRule({ family, mark, table }: RoutingRule): NetlinkRequest {
  const message = new MessageWriter(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL)
  message
    .u8(family === 'IPv4' ? AF_INET : AF_INET6)
    .u8(0)
    .u8(0)
    .u8(0)
  message.u8(0).u8(0).u8(0).u8(FR_ACT_TO_TBL).u32(0)
  message.u32Attribute(FRA_PRIORITY, PRIORITY)
  message.u32Attribute(FRA_FWMARK, mark)
  message.u32Attribute(FRA_TABLE, table)
  message.attribute(FRA_PROTOCOL, Uint8Array.of(ROUTE_PROTOCOL))
  return message.finish('RTM_NEWRULE', `rule for mark ${mark}`)
}

/** Asks for all rules of the namespace, of both families. */
export function dumpRules(): NetlinkRequest {
  const message = new MessageWriter(RTM_GETRULE, NLM_F_DUMP)
  message.u8(AF_UNSPEC).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(0)
  return message.finish('RTM_GETRULE', 'all rules')
}

/** Reads an RTM_NEWRULE message; undefined for a rule that goes by no mark, as the kernel's own. */
export function readRule({ payload }: ReceivedMessage): RoutingRule | undefined {
  const attributes = readAttributes(payload, RULE_LENGTH)
  const mark = readU32(attributes.get(FRA_FWMARK))
  if (mark === undefined || mark === 0) return undefined
  const table = readU32(attributes.get(FRA_TABLE)) ?? payload[4] ?? 0
  return { family: payload[0] === AF_INET ? 'IPv4' : 'IPv6', mark, table }
}
