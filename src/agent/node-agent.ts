import type { Socket as UdpSocket } from 'node:dgram'
import type { Server } from 'node:net'
import type { ConfigMap, Pod, Secret, Service } from '#api/core-v1.ts'
import { events, leases, nodes, pods, serviceAccounts } from '#api/resources.ts'
import type { Client } from '#client/client.ts'
import { systemClock } from '#client/clock.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import { openConntrack } from '#kernel/conntrack.ts'
import { namespacePath } from '#kernel/namespace.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { bindUdp, listenTcp } from '#kernel/socket.ts'
import type { ObjectSource, ObjectStore } from '#kubelet/context.ts'
import { type Kubelet, startKubelet } from '#kubelet/kubelet.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/service-proxy.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { createDialer, createPodNetwork } from './pod-network.ts'
import { reportFault } from './service-events.ts'
import type { ServiceFeed } from './service-feed.ts'

const DNS_PORT = 53

/** `namespace/name` as a lister takes it. */
const splitKey = (key: string): [name: string, namespace: string] => {
  const [namespace, name] = key.split('/') as [string, string]
  return [name, namespace]
}

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
    readonly configMaps: ObjectStore<ConfigMap>
    readonly secrets: ObjectStore<Secret>
  }
  readonly runtime: Runtime
  /** This node's own folder. */
  readonly stateDir: string
  readonly podNamespace: (uid: string) => string
  readonly clusterCidr: readonly [string, string]
  readonly serviceCidr: readonly [string, string]
  readonly clusterDns: readonly [string, string]
  readonly clusterDomain: string
  readonly signal: AbortSignal
  readonly log: (message: string, error?: unknown) => void
}

export interface NodeAgent {
  readonly name: string
  readonly kubelet: Kubelet
  readonly proxy: ServiceProxy
  /** Bound on the node's own addresses, port 53; whoever answers there is the cluster's DNS. */
  readonly dnsSockets: { readonly udp: readonly UdpSocket[]; readonly tcp: readonly Server[] }
  /** Resolves when the node is registered and Ready, and its kernel has the Services. */
  readonly ready: Promise<void>
  stop(): Promise<void>
}

/** One node's wiring: caches → forwarding → reconciler → kernel, and beside it its pods. The process may hold several. */
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
  const proxy = createServiceProxy({
    node: {
      name: node.name,
      zone: undefined,
      nodeAddresses: node.addresses,
      podCidrs: options.clusterCidr,
      serviceCidrs: options.serviceCidr,
    },
    kernel: { nftables: openNftables(namespace), conntrack: openConntrack(namespace) },
    onFault: (fault) =>
      reportFault(fault, { find: (key) => sources.serviceObjects.lister.get(...splitKey(key)), events: recorder, log }),
  })
  sources.services.subscribe((key, service, slices) => proxy.serviceChanged(key, service, slices))
  const network = createPodNetwork({
    node: { namespace, addresses: node.addresses, podCidrs: node.podCidrs },
    stateDir: options.stateDir,
    podNamespace: options.podNamespace,
  })
  const dnsSockets = {
    udp: await Promise.all(node.addresses.map((address) => bindUdp(namespace, address, DNS_PORT))),
    tcp: await Promise.all(node.addresses.map((address) => listenTcp(namespace, address, DNS_PORT))),
  }
  const kubelet = startKubelet({
    node: { name: node.name, addresses: node.addresses, podCidrs: node.podCidrs },
    client,
    resources: { pods, nodes, events, serviceAccounts, leases },
    pods: sources.pods,
    services: sources.serviceObjects,
    configMaps: sources.configMaps,
    secrets: sources.secrets,
    runtime: options.runtime,
    network,
    dialer: createDialer(namespace),
    stateDir: options.stateDir,
    clusterDns: [options.clusterDns[0]],
    clusterDomain: options.clusterDomain,
    log,
  })
  return {
    name: node.name,
    kubelet,
    proxy,
    dnsSockets,
    ready: Promise.all([sources.services.synced, proxy.ready, kubelet.registered, kubelet.synced]).then(
      () => undefined,
    ),
    async stop() {
      await kubelet.stop()
      network.close()
      proxy.stop()
    },
  }
}
