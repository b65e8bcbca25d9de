import type { Conntrack, Flow, FlowFilter } from '#kernel/conntrack/conntrack.ts'

/** Connection tracking that notes which flows it was asked to delete. */
export class NotedFlows implements Conntrack {
  readonly deleted: FlowFilter[] = []

  deleteUdp(filters: readonly FlowFilter[]): void {
    this.deleted.push(...filters)
  }

  deleteWhere(_isStale: (flow: Flow) => boolean): number {
    return 0
  }

  methods() {
    return { IPv4: 'filter', IPv6: 'dump' } as const
  }

  close(): void {}
}
