import type { Conntrack, FlowFilter } from '#kernel/conntrack/conntrack.ts'

/** The same connection tracking, which tells how many deletions succeeded. */
export const countDeletions = (
  conntrack: Conntrack,
  onDeleted: (family: FlowFilter['family'], count: number) => void,
): Conntrack => ({
  deleteUdp(filters) {
    conntrack.deleteUdp(filters)
    for (const family of ['IPv4', 'IPv6'] as const)
      onDeleted(family, filters.filter((filter) => filter.family === family).length)
  },
  deleteWhere: (isStale) => conntrack.deleteWhere(isStale),
  methods: () => conntrack.methods(),
  close: () => conntrack.close(),
})
