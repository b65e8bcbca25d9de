import type { Protocol } from '#net/port-protocol.ts'

/** Ports from the first to the last, both included. */
type PortSpan = readonly [first: number, last: number]

export const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']
const MOST_PORT = 65535
const ALL_PORTS: readonly PortSpan[] = [[0, MOST_PORT]]
const NO_PORTS: readonly PortSpan[] = []

/**
 * A set of traffic between two addresses, in one direction: which destination ports of which protocol, and whether that
 * of all other protocols, ICMP before all. Spans of a protocol are sorted, and neither overlap nor touch.
 */
export type Traffic = Readonly<Record<Protocol, readonly PortSpan[]>> & { readonly others: boolean }

export const NONE: Traffic = { TCP: NO_PORTS, UDP: NO_PORTS, SCTP: NO_PORTS, others: false }
export const ALL: Traffic = { TCP: ALL_PORTS, UDP: ALL_PORTS, SCTP: ALL_PORTS, others: true }

/** All of one protocol, or its ports from one to another. */
export const portsOf = (protocol: Protocol, first = 0, last = MOST_PORT): Traffic => ({
  ...NONE,
  [protocol]: first === 0 && last === MOST_PORT ? ALL_PORTS : [[first, last]],
})

export const isNothing = (traffic: Traffic): boolean =>
  !traffic.others && PROTOCOLS.every((protocol) => traffic[protocol].length === 0)

/** All ports of some protocol, or what has none. */
export const isAll = (traffic: Traffic): boolean =>
  traffic.others ||
  PROTOCOLS.some((protocol) => traffic[protocol].some(([first, last]) => first === 0 && last === MOST_PORT))

/** Whether a packet belongs to it; `protocol` undefined: one that has no ports. */
export const holds = (traffic: Traffic, protocol: Protocol | undefined, port: number): boolean =>
  protocol === undefined ? traffic.others : traffic[protocol].some(([first, last]) => first <= port && port <= last)

export const union = (left: Traffic, right: Traffic): Traffic => {
  if (left === NONE || right === ALL) return right
  if (right === NONE || left === ALL) return left
  return each((protocol) => joined(left[protocol], right[protocol]), left.others || right.others)
}

/** What is in any of them: of many at once, since each union looks at all that both hold. */
export const unionOf = (all: readonly Traffic[]): Traffic => {
  if (all.length < 3) return all.reduce(union, NONE)
  if (all.includes(ALL)) return ALL
  return each(
    (protocol) =>
      merged(
        all.flatMap((one) => one[protocol]),
        NO_PORTS,
      ),
    all.some(({ others }) => others),
  )
}

/** What is in the left one and not in the right one. */
export const minus = (left: Traffic, right: Traffic): Traffic => {
  if (right === ALL || left === NONE) return NONE
  if (right === NONE) return left
  return each((protocol) => cut(left[protocol], right[protocol]), left.others && !right.others)
}

/** What is in both. */
export const common = (left: Traffic, right: Traffic): Traffic => {
  if (left === ALL) return right
  if (right === ALL) return left
  return minus(left, minus(ALL, right))
}

export const sameTraffic = (left: Traffic, right: Traffic): boolean =>
  left === right ||
  (left.others === right.others && PROTOCOLS.every((protocol) => sameSpans(left[protocol], right[protocol])))

const sameSpans = (left: readonly PortSpan[], right: readonly PortSpan[]): boolean =>
  left === right ||
  (left.length === right.length &&
    left.every(([first, last], index) => right[index]?.[0] === first && right[index]?.[1] === last))

const each = (spans: (protocol: Protocol) => readonly PortSpan[], others: boolean): Traffic => ({
  TCP: spans('TCP'),
  UDP: spans('UDP'),
  SCTP: spans('SCTP'),
  others,
})

const joined = (left: readonly PortSpan[], right: readonly PortSpan[]): readonly PortSpan[] =>
  left.length === 0 ? right : right.length === 0 ? left : merged(left, right)

const merged = (left: readonly PortSpan[], right: readonly PortSpan[]): readonly PortSpan[] => {
  if (left.length === 0 && right.length === 0) return NO_PORTS
  const all = [...left, ...right].sort(([one], [other]) => one - other)
  const spans: [number, number][] = []
  for (const [first, last] of all) {
    const before = spans.at(-1)
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else spans.push([first, last])
  }
  return spans
}

/** In one walk over both, which may be long. */
const cut = (from: readonly PortSpan[], holes: readonly PortSpan[]): readonly PortSpan[] => {
  if (holes.length === 0 || from.length === 0) return from
  const rest: PortSpan[] = []
  let at = 0
  for (const [start, last] of from) {
    let first = start
    while (at < holes.length && holes[at]![1] < first) at++
    for (; at < holes.length && holes[at]![0] <= last; at++) {
      const [hole, end] = holes[at]!
      if (hole > first) rest.push([first, hole - 1])
      first = end + 1
      // It may reach into the next span.
      if (end >= last) break
    }
    if (first <= last) rest.push([first, last])
  }
  return rest
}
