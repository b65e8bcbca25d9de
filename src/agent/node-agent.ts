import type { Server } from 'node:net'
import { leases } from '#api/coordination/lease/resource.ts'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { events } from '#api/core/event/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import type { Client } from '#client/client.ts'
import { systemClock } from '#client/clock.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import { isProxied } from '#forwarding/frontend.ts'
import { nodePortAddresses } from '#forwarding/node-facts.ts'
import { openConntrack } from '#kernel/conntrack.ts'
import { DatagramServer } from '#kernel/datagram-server.ts'
import { namespacePath } from '#kernel/namespace.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { listenTcp } from '#kernel/socket.ts'
import type { ObjectSource, ObjectStore } from '#kubelet/context.ts'
import { type Kubelet, startKubelet } from '#kubelet/kubelet.ts'
import { splitKey } from '#objects/object-key.ts'
import { ZONE_LABEL } from '#objects/well-known.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/service-proxy.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { listenHttp } from './http/http-listener.ts'
import {
  HEALTHZ_ADDRESSES,
  HEALTHZ_PORT,
  healthHandler,
  METRICS_ADDRESSES,
  METRICS_PORT,
  metricsHandler,
} from './parts/health/node-endpoints.ts'
import { createPodNetwork, type PodFaults } from './parts/network/pod-network.ts'
import { createDialer } from './parts/pods/dialer.ts'
import { volumeMounter } from './parts/pods/volume-mounter.ts'
import { ClusterEvents } from './parts/services/cluster-events.ts'
import { countDeletions } from './parts/services/count-deletions.ts'
import { ProxyHealth } from './parts/services/proxy-health.ts'
import { ProxyMetrics } from './parts/services/proxy-metrics.ts'
import { reportFault, reportHealthPort } from './parts/services/service-events.ts'
import { ServiceHealth } from './parts/services/service-health.ts'
import type { ServiceFeed, ServiceListener } from './sources/service-feed.ts'

const DNS_PORT = 53

const zoneOf = (node: Node | undefined): string | undefined => node?.metadata?.labels?.[ZONE_LABEL]

export interface NodeAgentOptions {
  readonly node: {
    readonly name: string
    /** Name below /run/netns. */
    readonly namespace: string
    readonly addresses: readonly [string, string]
    readonly podCidrs: readonly [string, string]
  }
  readonly client: Client
  readonly sources: {
    readonly services: ServiceFeed
    readonly serviceObjects: ObjectSource<Service>
    readonly pods: ObjectSource<Pod>
    readonly nodes: ObjectSource<Node>
    readonly configMaps: ObjectStore<ConfigMap>
    readonly secrets: ObjectStore<Secret>
  }
  readonly runtime: Runtime
  /** This node's own folder. */
  readonly stateDir: string
  readonly podNamespace: (uid: string) => string
  readonly clusterCidr: readonly [string, string]
  readonly serviceCidr: readonly [string, string]
  readonly loadBalancerCidr: readonly [string, string]
  /** CIDRs; NodePorts answer on the node's addresses within them, on all where there are none. */
  readonly nodePortAddresses: readonly string[]
  readonly clusterDns: readonly [string, string]
  readonly clusterDomain: string
  readonly signal: AbortSignal
  readonly log: (message: string, error?: unknown) => void
}

export interface NodeAgent {
  readonly name: string
  readonly addresses: readonly [string, string]
  readonly podCidrs: readonly [string, string]
  readonly kubelet: Kubelet
  readonly proxy: ServiceProxy
  /** What port 10249 of the node's loopback shows. */
  readonly metrics: ProxyMetrics
  /** Bound on the node's own addresses, port 53; whoever answers there is the cluster's DNS. */
  readonly dnsSockets: { readonly udp: readonly DatagramServer[]; readonly tcp: readonly Server[] }
  /** Looks at the links of its pods and puts right what somebody changed. */
  auditPods(): readonly PodFaults[]
  /** Resolves when the node is registered and Ready, and its kernel has the Services. */
  readonly ready: Promise<void>
  stop(): Promise<void>
}

/**
 * One node's wiring: caches → forwarding → reconciler → kernel, and beside it its pods. The process may hold several.
 */
export const startNodeAgent = async (options: NodeAgentOptions): Promise<NodeAgent> => {
  const { node, client, sources, log } = options
  const namespace = namespacePath(node.namespace)
  const recorder = new EventRecorder(client, {
    resource: events,
    component: 'service-proxy',
    host: node.name,
    clock: systemClock,
    random: Math.random,
    signal: options.signal,
    onError: (error) => log('an Event was lost', error),
  })
  const clusterEvents = new ClusterEvents(client, {
    resource: events,
    component: 'service-proxy',
    clock: systemClock,
    signal: options.signal,
    onError: (error) => log('an Event was lost', error),
  })
  const find = (key: string) => {
    const { name, namespace } = splitKey(key)
    return sources.serviceObjects.lister.get(name, namespace)
  }
  const reporting = { node: node.name, find, events: recorder, clusterEvents, log }
  const { now } = systemClock
  const health = new ProxyHealth(now)
  const metrics = new ProxyMetrics({
    state: () => proxy.state(),
    changes: () => sources.services.seen,
    isHealthy: () => health.isHealthy(),
    now,
    startedAt: now(),
  })
  const proxy = createServiceProxy({
    node: {
      name: node.name,
      // Read anew for each Service: a node may get its label at any time.
      get zone() {
        return zoneOf(sources.nodes.lister.get(node.name))
      },
      nodeAddresses: nodePortAddresses(node.addresses, options.nodePortAddresses),
      podCidrs: options.clusterCidr,
      serviceCidrs: options.serviceCidr,
      balancedCidrs: options.loadBalancerCidr,
      ownPods: node.podCidrs.map((cidr, family) => ({ cidr, masqueradeAs: node.addresses[family] as string })),
    },
    kernel: {
      nftables: openNftables(namespace),
      conntrack: countDeletions(openConntrack(namespace), (family, count) => metrics.flowsDeleted(family, count)),
    },
    synced: sources.services.synced,
    onFault: (fault) => reportFault(fault, reporting),
    onSync: (sync) => {
      if (!sync.error) health.updated()
      metrics.synced(sync)
    },
  })
  const listening = {
    listen: (host: string, port: number, server: Server) => listenTcp(namespace, host, port, server),
    clock: systemClock,
  }
  const serviceHealth = new ServiceHealth({
    ...listening,
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
  sources.services.subscribe(serviceChanged)
  sources.nodes.addHandlers({
    onUpdate: (before, after) => {
      if (after.metadata?.name === node.name && zoneOf(before) !== zoneOf(after))
        sources.services.tellAgain(serviceChanged)
    },
  })
  const servers = (
    [
      [
        HEALTHZ_ADDRESSES,
        HEALTHZ_PORT,
        healthHandler({
          health,
          node: () => sources.nodes.lister.get(node.name),
          now,
          onAnswer: (path, code) => metrics.healthAnswered(path, code),
        }),
      ],
      [METRICS_ADDRESSES, METRICS_PORT, metricsHandler(() => metrics.registry.render())],
    ] as const
  ).map(([addresses, port, handler]) =>
    listenHttp({
      ...listening,
      addresses,
      port,
      handler,
      onError: (address, error) => log(`port ${port} on ${address} is not served yet, and tried again`, error),
    }),
  )
  const network = createPodNetwork({
    node: { namespace, addresses: node.addresses, podCidrs: node.podCidrs },
    stateDir: options.stateDir,
    podNamespace: options.podNamespace,
  })
  const dnsSockets = {
    udp: node.addresses.map((address) => DatagramServer.bind(namespace, address, DNS_PORT)),
    tcp: await Promise.all(node.addresses.map((address) => listenTcp(namespace, address, DNS_PORT))),
  }
  const kubelet = startKubelet({
    node: { name: node.name, addresses: node.addresses, podCidrs: node.podCidrs },
    client,
    resources: { pods, nodes, events, serviceAccounts, leases },
    pods: sources.pods,
    nodes: sources.nodes,
    services: sources.serviceObjects,
    configMaps: sources.configMaps,
    secrets: sources.secrets,
    runtime: options.runtime,
    mounter: volumeMounter,
    network,
    dialer: createDialer(namespace),
    stateDir: options.stateDir,
    clusterDns: [options.clusterDns[0]],
    clusterDomain: options.clusterDomain,
    log,
  })
  return {
    name: node.name,
    addresses: node.addresses,
    podCidrs: node.podCidrs,
    kubelet,
    proxy,
    metrics,
    dnsSockets,
    auditPods: () => network.audit(),
    ready: Promise.all([sources.services.synced, proxy.ready, kubelet.registered, kubelet.synced]).then(
      () => undefined,
    ),
    async stop() {
      await kubelet.stop()
      network.close()
      serviceHealth.close()
      for (const server of servers) server.close()
      proxy.stop()
    },
  }
}
