import type { IpFamily } from '#net/ip-address.ts'
import { ofFamily, type PerFamily } from '#net/per-family.ts'

/**
 * Where ranges that were not given are looked for, in order: the documented default first, then the blocks nearest to
 * it, then ranges rarely routed.
 */
export type RangeKind = 'cluster' | 'service' | 'node'

const upTo = (from: number, to: number): readonly number[] =>
  Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + Math.sign(to - from) * index)

/**
 * The decimal digits of the IPv4 block are the hexadecimal digits of the IPv6 one, so that people see that they belong
 * together.
 */
const CANDIDATES: Readonly<Record<RangeKind, readonly PerFamily[]>> = {
  cluster: [
    ...[...upTo(244, 255), ...upTo(128, 243)].map((n): PerFamily => [`10.${n}.0.0/16`, `fd00:10:${n}::/56`]),
    ...upTo(64, 127).map((n): PerFamily => [`100.${n}.0.0/16`, `fd00:100:${n}::/56`]),
  ],
  service: [
    ...upTo(96, 127).map((n): PerFamily => [`10.${n}.0.0/16`, `fd00:10:${n}::/112`]),
    ...upTo(18, 19).map((n): PerFamily => [`198.${n}.0.0/16`, `fd00:198:${n}::/112`]),
  ],
  // Docker's own pools are 172.17 and up, in that order: from the other end.
  node: [30, 31, ...upTo(29, 16)].map((n): PerFamily => [`172.${n}.0.0/16`, `fd00:172:${n}::/64`]),
}

/** Where a range of these families is looked for, in order. */
export const candidates = (kind: RangeKind, families: readonly IpFamily[]): readonly PerFamily[] =>
  CANDIDATES[kind].map((both) => families.map((family) => ofFamily(both, family)) as [string, ...string[]])
