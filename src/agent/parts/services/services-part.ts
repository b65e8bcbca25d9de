import { events } from '#api/core/event/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { isProxied } from '#forwarding/frontend.ts'
import { podOfHostPorts } from '#forwarding/host-port-key.ts'
import { nodePortAddresses } from '#forwarding/node-facts.ts'
import { familiesOf, familyOfText, ofFamily } from '#net/per-family.ts'
import { splitKey } from '#objects/object-key.ts'
import { ZONE_LABEL } from '#objects/well-known.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/services/service-proxy.ts'
import type { SyncState } from '#reconciler/services/sync-state.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { recorderAt } from '../../runner/recorder.ts'
import type { ServiceListener } from '../../sources/service-feed.ts'
import { mendingText } from '../../watch/mending-text.ts'
import { ClusterEvents } from './cluster-events.ts'
import { countDeletions } from './count-deletions.ts'
import { feedHostPorts } from './host-port-feed.ts'
import { ProxyHealth } from './proxy-health.ts'
import { ProxyMetrics } from './proxy-metrics.ts'
import { reportFault, reportHealthPort } from './service-events.ts'
import { ServiceHealth } from './service-health.ts'

interface ServicesPart extends Part {
  readonly proxy: ServiceProxy
  readonly health: ProxyHealth
}

const COMPONENT = 'service-proxy'

const zoneOf = (node: Node | undefined): string | undefined => node?.metadata?.labels?.[ZONE_LABEL]

/**
 * Services of the node, and the host ports of its pods: caches → forwarding → reconciler → kernel, with their health
 * check ports and Events.
 */
export const services = nodePart({
  name: 'services',
  needs: { parts: [], sources: ['services', 'serviceObjects', 'nodes', 'pods'] },
  carriesPods: true,
  start(node): ServicesPart {
    const { sources, cluster, clock, client, log } = node
    const stop = new AbortController()
    const { signal } = stop
    const find = (key: string) => {
      const named = splitKey(key)
      const pod = podOfHostPorts(named)
      return pod === undefined
        ? sources.serviceObjects.lister.get(named.name, named.namespace)
        : sources.pods.lister.byKey(pod)
    }
    const clusterEvents = new ClusterEvents(client, {
      resource: events,
      component: COMPONENT,
      clock,
      signal,
      onError: (error) => log('an Event was lost', error),
    })
    const reporting = { node: node.name, find, events: recorderAt(node, COMPONENT, signal), clusterEvents, log }
    const now = () => clock.now()
    const health = new ProxyHealth(now)
    const metrics = new ProxyMetrics({
      state: () => proxy.state(),
      changes: () => sources.services.seen,
      isHealthy: () => health.isHealthy(),
      now,
      startedAt: now(),
      families: familiesOf(node.addresses),
    })
    const nftables = node.kernel.nftables()
    const conntrack = node.kernel.conntrack()
    let refusal: Error | undefined
    const proxy = createServiceProxy({
      node: {
        name: node.name,
        // Read anew for each Service: a node may get its label at any time.
        get zone() {
          return zoneOf(sources.nodes.lister.get(node.name))
        },
        nodeAddresses: nodePortAddresses(node.addresses, cluster.nodePortAddresses),
        podCidrs: cluster.clusterCidr,
        serviceCidrs: cluster.serviceCidr,
        balancedCidrs: cluster.loadBalancerCidr,
        ownPods: node.podCidrs.map((cidr) => ({ cidr, masqueradeAs: ofFamily(node.addresses, familyOfText(cidr)) })),
      },
      kernel: { nftables, conntrack: countDeletions(conntrack, (...deleted) => metrics.flowsDeleted(...deleted)) },
      synced: Promise.all([sources.services.synced, sources.pods.hasSynced]),
      onFault: (fault) => reportFault(fault, reporting),
      onSync: (sync) => {
        refusal = sync.error
        if (!sync.error) health.updated()
        metrics.synced(sync)
      },
      onMending: (mending) => log(mendingText('services', mending)),
    })
    const serviceHealth = new ServiceHealth({
      listen: node.kernel.listen,
      clock,
      node,
      isHealthy: () => health.isHealthy(),
      onFault: (service, message) => reportHealthPort(service, message, reporting),
    })
    const serviceChanged: ServiceListener = (key, service, slices, triggers) => {
      health.queued()
      // What needs no rules here programs no network.
      metrics.queued(service && isProxied(service) ? triggers : [])
      proxy.serviceChanged(key, service, slices)
      serviceHealth.serviceChanged(key, service, slices)
    }
    const endings = [
      sources.services.subscribe(serviceChanged),
      // A network of others does this by itself, where it is asked to.
      ...(cluster.without?.includes('network')
        ? []
        : [
            feedHostPorts(sources.pods, node, (...ports) => {
              health.queued()
              proxy.serviceChanged(...ports)
            }),
          ]),
      sources.nodes.addHandlers({
        onUpdate: (before, after) => {
          if (after.metadata?.name === node.name && zoneOf(before) !== zoneOf(after))
            sources.services.tellAgain(serviceChanged)
        },
      }),
    ]
    return {
      proxy,
      health,
      metrics: metrics.registry,
      ready: Promise.all([sources.services.synced, sources.pods.hasSynced, proxy.ready]),
      status: () => ({
        ready: proxy.state().appliedAt !== undefined && refusal === undefined,
        faults: [
          ...(refusal ? [`the kernel refuses the tables: ${refusal.message}`] : []),
          ...refusedOf(proxy.state()),
          ...serviceHealth.refused,
        ],
      }),
      look: () => proxy.look().map((mending) => mendingText(node.name, mending)),
      stop() {
        for (const end of endings) end()
        serviceHealth.close()
        proxy.stop()
        stop.abort()
        conntrack.close()
        nftables.close()
      },
    }
  },
})

const refusedOf = ({ failed }: SyncState): readonly string[] =>
  failed.map(
    ({ service, error, retryAt }) =>
      `Service ${service} is not in the kernel: ${error}; tried again at ${new Date(retryAt).toISOString()}`,
  )
