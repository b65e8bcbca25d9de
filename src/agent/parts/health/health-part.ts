import { listenHttp } from '../../http/http-listener.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { services } from '../services/services-part.ts'
import { HealthMetrics } from './health-metrics.ts'
import {
  HEALTHZ_ADDRESSES,
  HEALTHZ_PORT,
  healthHandler,
  METRICS_ADDRESSES,
  METRICS_PORT,
  metricsHandler,
} from './node-endpoints.ts'

/** What the node says of itself by HTTP: its health, the states of its parts, and their metrics. */
export const health = nodePart({
  name: 'health',
  needs: { parts: [], sources: ['nodes'] },
  carriesPods: false,
  start(node): Part {
    const { kernel, clock, log, sources } = node
    const now = () => clock.now()
    const metrics = new HealthMetrics(now)
    /** Where no proxy runs here, none is behind. */
    const noProxy = { isHealthy: () => true, lastUpdated: now }
    const endpoints = [
      {
        port: HEALTHZ_PORT,
        addresses: HEALTHZ_ADDRESSES,
        handler: healthHandler({
          health: () => node.find(services)?.health ?? noProxy,
          node: () => sources.nodes.lister.get(node.name),
          podFault: () => node.podFault(),
          parts: () => node.states(),
          now,
          onAnswer: (path, code) => metrics.answered(path, code),
        }),
      },
      {
        port: METRICS_PORT,
        addresses: METRICS_ADDRESSES,
        handler: metricsHandler(() =>
          node
            .registries()
            .map((registry) => registry.render())
            .join(''),
        ),
      },
    ]
    const served = endpoints.map(({ port, addresses, handler }) => ({
      port,
      listener: listenHttp({
        addresses: addresses.filter((address) => kernel.hasIpv6 || !address.includes(':')),
        port,
        handler,
        listen: kernel.listen,
        clock,
        onError: (address, error) => log(`port ${port} on ${address} is not served yet, and tried again`, error),
      }),
    }))
    const refused = (): readonly string[] =>
      served.flatMap(({ port, listener }) =>
        [...listener.refused].map(([address, { message }]) => `port ${port} on ${address} is not served: ${message}`),
      )
    return {
      ready: Promise.resolve(),
      metrics: metrics.registry,
      status: () => ({ ready: refused().length === 0, faults: refused() }),
      stop() {
        for (const { listener } of served) listener.close()
      },
    }
  },
})
