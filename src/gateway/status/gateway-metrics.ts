import { Registry } from '#metrics/registry.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import type { RunningProxy } from '../haproxy/running-proxy.ts'

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** The driver's own numbers; those of requests are HAProxy's. `proxy` is asked when they are read. */
export const gatewayMetrics = (subject: () => { readonly proxy: RunningProxy; readonly table: RoutingTable }) => {
  const registry = new Registry()
  const computed = registry.histogram(
    { name: 'fairlead_gateway_compute_seconds', help: 'Time to compute the routing table from all objects.' },
    SECONDS,
  )
  const histograms = {
    plan: registry.histogram(
      { name: 'fairlead_gateway_apply_seconds', help: 'Time until HAProxy had a changed routing table.' },
      SECONDS,
    ),
    servers: registry.histogram(
      { name: 'fairlead_gateway_endpoints_seconds', help: 'Time until HAProxy had changed endpoints.' },
      SECONDS,
    ),
    reload: registry.histogram(
      { name: 'fairlead_gateway_reload_seconds', help: 'Time until a new worker of HAProxy served.' },
      SECONDS,
    ),
  }
  const errors = registry.counter({
    name: 'fairlead_gateway_errors_total',
    help: 'Faults of the driver, by what it was about.',
  })
  registry.read(
    'gauge',
    { name: 'fairlead_gateway_serving', help: 'Whether HAProxy has all that it shall have.' },
    () => Number(subject().proxy.isServing),
  )
  registry.read(
    'gauge',
    { name: 'fairlead_gateway_refused', help: 'Rules and listeners that HAProxy refuses.' },
    () => subject().proxy.refused.size,
  )
  registry.read('gauge', { name: 'fairlead_gateway_listeners', help: 'Listeners of the routing table.' }, () =>
    subject().table.sites.reduce(
      (sum, { ports }) => sum + ports.reduce((all, { listeners }) => all + listeners.length, 0),
      0,
    ),
  )
  registry.read(
    'gauge',
    { name: 'fairlead_gateway_backends', help: 'Backends of the routing table.' },
    () => subject().table.backends.size,
  )
  return {
    registry,
    computed: (ms: number) => computed.observe(ms / 1000),
    applied: (what: keyof typeof histograms, ms: number) => histograms[what].observe(ms / 1000),
    failed: (what: string) => errors.add(1, { what }),
  }
}
