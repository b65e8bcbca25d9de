import { Registry } from '#metrics/registry.ts'
import type { Announcer } from './announcer.ts'

/** What a node announces, as metrics. */
export class BalancerMetrics {
  readonly registry = new Registry()
  readonly #taken = this.registry.counter({
    name: 'fairlead_balancer_taken_total',
    help: 'Times that this node has begun to announce an address.',
  })

  constructor(announcers: () => readonly Announcer[], faults: () => number) {
    this.registry.read(
      'gauge',
      { name: 'fairlead_balancer_announced', help: 'Addresses that this node announces, by protocol.' },
      () => announcers().map((one) => ({ labels: { protocol: one.name }, value: one.status().announced.length })),
    )
    this.registry.read(
      'gauge',
      { name: 'fairlead_balancer_object_faults', help: 'What is wrong with pools, advertisements and peers.' },
      faults,
    )
  }

  taken(protocol: string): void {
    this.#taken.add(1, { protocol })
  }
}
