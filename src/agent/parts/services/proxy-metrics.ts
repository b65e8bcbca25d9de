import { Registry } from '#metrics/registry.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { SyncState } from '#reconciler/services/sync-state.ts'
import type { Turn } from '#reconciler/target/target-loop.ts'

const exponential = (start: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => start * factor ** at)
const linear = (start: number, width: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => start + width * at)

// kube-proxy's own bounds, so that its dashboards and alerts read ours, and below them three more: a change here takes
// less than their first.
const SYNC_SECONDS = [0.000125, 0.00025, 0.0005, ...exponential(0.001, 2, 15)]
const PROGRAMMING_SECONDS = [
  ...[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1],
  ...linear(0.25, 0.25, 2),
  ...linear(1, 1, 59),
  ...linear(60, 5, 12),
  ...linear(120, 30, 7),
]

/** What is counted elsewhere anyway, and read when somebody asks. */
interface ProxyReadings {
  readonly state: () => SyncState
  /** Changes that the API has told of, since the start. */
  readonly changes: () => { readonly services: number; readonly endpoints: number }
  /** Whether the proxy is healthy, as /livez says it. */
  readonly isHealthy: () => boolean
  readonly now: () => number
  readonly startedAt: number
  /** Those of the cluster. */
  readonly families: readonly IpFamily[]
}

/**
 * The metrics of one node's proxy. Names, meanings and bounds are kube-proxy's (pkg/proxy/metrics) where they start
 * with `kubeproxy_`; each is told in docs/metrics.md.
 */
export class ProxyMetrics {
  readonly registry = new Registry()
  readonly #readings: ProxyReadings
  readonly #sync
  readonly #full
  readonly #partial
  readonly #programming
  readonly #failures
  readonly #flows
  /** Trigger times of endpoint changes that no write has carried yet, milliseconds since the epoch. */
  #triggers: number[] = []
  #written = { services: 0, endpoints: 0 }
  #lastQueued = 0
  #lastSync = 0

  constructor(readings: ProxyReadings) {
    this.#readings = readings
    const { registry } = this
    this.#sync = registry.histogram(
      { name: 'kubeproxy_sync_proxy_rules_duration_seconds', help: 'Time of one write of Services to the kernel.' },
      SYNC_SECONDS,
    )
    this.#full = registry.histogram(
      { name: 'kubeproxy_sync_full_proxy_rules_duration_seconds', help: 'Time of one write of all Services.' },
      SYNC_SECONDS,
    )
    this.#partial = registry.histogram(
      { name: 'kubeproxy_sync_partial_proxy_rules_duration_seconds', help: 'Time of one write of changed Services.' },
      SYNC_SECONDS,
    )
    this.#programming = registry.histogram(
      {
        name: 'kubeproxy_network_programming_duration_seconds',
        help: 'Time from the change of a pod or Service to its endpoints in the kernel of this node.',
      },
      PROGRAMMING_SECONDS,
    )
    registry.read(
      'gauge',
      {
        name: 'kubeproxy_sync_proxy_rules_last_timestamp_seconds',
        help: 'When the kernel last acknowledged a write, since the epoch; 0 for never.',
      },
      () => this.#lastSync / 1000,
    )
    registry.read(
      'gauge',
      {
        name: 'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds',
        help: 'When a change was last queued for a write, since the epoch; 0 for never.',
      },
      () => this.#lastQueued / 1000,
    )
    for (const [kind, name] of [
      ['services', 'service'],
      ['endpoints', 'endpoint'],
    ] as const) {
      registry.read(
        'counter',
        {
          name: `kubeproxy_sync_proxy_rules_${name}_changes_total`,
          help: kind === 'services' ? 'Changes of Services seen.' : 'Changes of EndpointSlices seen.',
        },
        () => readings.changes()[kind],
      )
      registry.read(
        'gauge',
        {
          name: `kubeproxy_sync_proxy_rules_${name}_changes_pending`,
          help:
            kind === 'services' ? 'Changes of Services not yet written.' : 'Changes of EndpointSlices not yet written.',
        },
        () => readings.changes()[kind] - this.#written[kind],
      )
    }
    registry.read(
      'gauge',
      {
        name: 'kubeproxy_sync_proxy_rules_no_local_endpoints_total',
        help: 'Services of traffic policy Local that have endpoints, but none on this node.',
      },
      () =>
        Object.entries(readings.state().noLocalEndpoints).map(([policy, value]) => ({
          labels: { traffic_policy: policy },
          value,
        })),
    )
    this.#failures = registry.counter({
      name: 'kubeproxy_sync_proxy_rules_nftables_sync_failures_total',
      help: 'Writes that the kernel refused as a whole.',
    })
    this.#failures.add(0)
    registry.read(
      'gauge',
      { name: 'fairlead_proxy_healthy', help: '1 where the proxy is healthy, as /livez says it; else 0.' },
      () => (readings.isHealthy() ? 1 : 0),
    )
    registry.read(
      'gauge',
      { name: 'fairlead_dataplane_services', help: 'Services that this node knows, those without rules included.' },
      () => readings.state().services,
    )
    registry.read(
      'gauge',
      { name: 'fairlead_dataplane_elements', help: 'Elements of maps and sets in the kernel.' },
      () => readings.state().elements,
    )
    registry.read(
      'gauge',
      { name: 'fairlead_dataplane_services_refused', help: 'Services that the kernel refused; they are tried again.' },
      () => readings.state().failed.length,
    )
    registry.read(
      'counter',
      { name: 'fairlead_dataplane_mended_total', help: 'Times that somebody else had edited our tables.' },
      () => readings.state().mended,
    )
    this.#flows = registry.counter({
      name: 'fairlead_conntrack_deletions_total',
      help: 'Deletions of the UDP flows between one frontend and one endpoint that is gone, asked of the kernel.',
    })
    for (const family of readings.families) this.#flows.add(0, { ip_family: family })
  }

  /** A Service changed, and is about to be written. `triggers`: when that which changed its endpoints happened. */
  queued(triggers: readonly number[]): void {
    this.#lastQueued = this.#readings.now()
    // What is older happened before this agent could do anything about it.
    for (const trigger of triggers) if (trigger >= this.#readings.startedAt) this.#triggers.push(trigger)
  }

  synced({ full, milliseconds, error }: Turn): void {
    if (error) {
      this.#failures.add()
      return
    }
    const seconds = milliseconds / 1000
    this.#sync.observe(seconds)
    if (full) this.#full.observe(seconds)
    else this.#partial.observe(seconds)
    this.#lastSync = this.#readings.now()
    this.#written = this.#readings.changes()
    for (const trigger of this.#triggers) this.#programming.observe(Math.max(this.#lastSync - trigger, 0) / 1000)
    if (this.#triggers.length > 0) this.#triggers = []
  }

  flowsDeleted(family: 'IPv4' | 'IPv6', count: number): void {
    if (count > 0) this.#flows.add(count, { ip_family: family })
  }
}
