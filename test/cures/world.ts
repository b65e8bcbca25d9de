import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { statefulSets } from '#api/apps/statefulset/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gatewayDefinitions } from '#api/gatewayapi/definition/definitions.ts'
import { gatewayResources } from '#api/gatewayapi/resources.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import { clusterNetworkPolicyDefinition } from '#api/policynetworking/definition.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { createHttpClient } from '#client/http-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { systemClock } from '#clock/clock.ts'
import { GATEWAY_CLASSES } from '#cluster/own-objects/gateway-classes.ts'
import { startControllers } from '#controllers/start.ts'
import type { ClusterFacts, ListeningSocket } from '#explain/cluster/facts.ts'
import { withoutDns } from '#explain/testing/cluster.ts'
import { gatherGateways, labelsByName } from '#facts/gateway-facts.ts'
import { gatherGatewayObjects } from '#facts/gateway-objects.ts'
import { DATA_PLANE_NAME, DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { reportText } from '#routes/reports.ts'
import { siteKeyOf } from '#routes/site-service.ts'
import { isProxy, playKubelets, setStatus, socketsOf, unready } from './kubelet.ts'

/* A cluster to break and to mend: the real API server and controllers in process, and kubelets that are played. */

const NODES = [1, 2, 3]
/** Of the Gateway API's those that anything here is broken by. */
const KINDS = new Set(['GatewayClass', 'Gateway', 'HTTPRoute', 'ListenerSet', 'ReferenceGrant'])

export interface World {
  readonly client: Client
  /** Creates objects, in the order given; those without a namespace of their own are in `default`. */
  make(...objects: readonly ApiObject[]): Promise<void>
  /** Until controllers and kubelets have nothing left to do. */
  settle(): Promise<void>
  facts(): Promise<ClusterFacts>
  /** The first pod of a Deployment, of the newest make. */
  podOf(app: string): Promise<Pod>
  /** A Secret with a certificate and its key. */
  certificate(key: string): ApiObject
  /** What a pod of the gateways says that its proxy does not take. */
  refuse(id: string, words: string): Promise<void>
  /** A node's kubelet falls silent, as the control plane sees it after its grace. */
  silence(node: string): Promise<void>
  close(): Promise<void>
}

const RESOURCES = [
  ...[namespaces, nodes, services, endpointSlices, pods, deployments, replicaSets, statefulSets, configMaps],
  ...[networkPolicies, clusterNetworkPolicies, secrets, ingresses, ingressClasses, ...gatewayResources],
] as const

export async function startWorld(hasGateways = false): Promise<World> {
  const definitions = [
    clusterNetworkPolicyDefinition,
    ...(hasGateways ? gatewayDefinitions().filter(({ spec }) => KINDS.has(spec?.names?.kind ?? '')) : []),
  ]
  const server = await startTestServer({
    systemObjects: definitions.map((object) => ({ resource: customResourceDefinitions, object })),
  })
  // As kubectl does, over the wire: what comes in is decoded and defaulted.
  const client = createHttpClient(unixTransport(server.socketPath))
  const abort = new AbortController()
  const controllers = startControllers({
    client: server.client,
    catalogue: server.catalogue,
    clock: systemClock,
    random: () => 0,
    signal: abort.signal,
    rootCa: 'CA',
    loadBalancer: { cidrs: ['172.30.255.1-172.30.255.250'] },
    log: () => undefined,
    gateways: hasGateways,
  })
  await controllers.ready
  const silent = new Set<string>()
  const revision = async () => (await server.client.list(nodes)).resourceVersion

  const world: World = {
    client,
    async make(...objects) {
      for (const object of objects) {
        const resource = RESOURCES.find(({ kind }) => kind === object.kind) as Resource<ApiObject> | undefined
        if (resource === undefined) throw new Error(`of which resource is ${object.kind}?`)
        const namespace = resource.namespaced ? { namespace: object.metadata?.namespace ?? 'default' } : {}
        if (object.kind === 'Namespace') await accountOf(object.metadata?.name ?? '', object)
        else await client.create(resource, object, namespace)
      }
    },
    async settle() {
      let quiet = 0
      for (let last = ''; quiet < 4; ) {
        await playKubelets(server.client, silent)
        await new Promise((resolve) => setTimeout(resolve, 3))
        const now = await revision()
        quiet = now === last && controllers.isIdle() ? quiet + 1 : 0
        last = now
      }
    },
    facts: () => factsOf(server.client),
    async podOf(app) {
      const { items } = await server.client.list(pods, { labelSelector: `app=${app}` })
      const [pod] = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      if (pod === undefined) throw new Error(`no pod of ${app}`)
      return pod
    },
    certificate(key) {
      const [namespace, name] = key.includes('/') ? key.split('/') : ['default', key]
      const { certificate, key: own } = server.pki.server
      const data = { 'tls.crt': btoa(certificate), 'tls.key': btoa(own) }
      const metadata = { name, namespace }
      return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/tls', data } as ApiObject
    },
    async refuse(id, words) {
      const { items } = await server.client.list(pods, { namespace: DATA_PLANE_NAMESPACE })
      const data = {
        [items[0]?.metadata?.name ?? '']: reportText({
          served: new Map(),
          refused: new Map([[id, words]]),
          waiting: new Map(),
        }),
      }
      await client.patch(configMaps, DATA_PLANE_NAME, 'merge', { data }, { namespace: DATA_PLANE_NAMESPACE })
    },
    async silence(name) {
      silent.add(name)
      const message = 'Kubelet stopped posting node status.'
      const ready = { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message } as const
      const lastTransitionTime = '2026-01-02T03:04:05Z'
      await setStatus(client, nodes, await client.get(nodes, name), { conditions: [{ ...ready, lastTransitionTime }] })
      for (const pod of (await client.list(pods)).items)
        if (pod.spec?.nodeName === name) await setStatus(client, pods, pod, unready(pod))
    },
    async close() {
      abort.abort()
      controllers.stop()
      client.close()
      await server.close()
    },
  }
  const accountOf = async (name: string, namespace: ApiObject): Promise<void> => {
    await client.create(namespaces, namespace as never)
    const has = async () => (await server.client.list(serviceAccounts, { namespace: name })).items.length > 0
    while (!(await has())) await new Promise((resolve) => setImmediate(resolve))
  }
  for (const number of NODES) {
    const made = await client.create(nodes, nodeOf(number))
    await setStatus(client, nodes, made, nodeOf(number).status as NonNullable<Node['status']>)
  }
  await world.make(...clusterDns)
  if (hasGateways)
    for (const { resource, object } of GATEWAY_CLASSES) await whenServed(() => client.create(resource, object))
  return world
}

/** Definitions are served a moment after they are made. */
const whenServed = async (make: () => Promise<unknown>): Promise<void> => {
  for (;;) {
    const isMade = await make().then(
      () => true,
      (error: unknown) => {
        if (!isNotFound(error)) throw error
        return false
      },
    )
    if (isMade) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const nodeOf = (number: number): Node =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${number}`, labels: { 'kubernetes.io/hostname': `node-${number}` } },
    spec: { podCIDRs: [`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`], podCIDR: `10.244.${number}.0/24` },
    status: {
      addresses: [
        { type: 'InternalIP', address: `172.30.0.${number + 1}` },
        { type: 'InternalIP', address: `fd00:172:30::${number + 1}` },
      ],
      allocatable: { cpu: '4', memory: '4Gi', pods: '110' },
      capacity: { cpu: '4', memory: '4Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  }) as unknown as Node

const dnsPort = { name: 'dns', port: 53, protocol: 'UDP' }
const clusterDns = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kube-dns', namespace: 'kube-system' },
    spec: { clusterIP: '10.96.0.10', ports: [{ ...dnsPort, targetPort: 53 }] },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'kubernetes.io/service-name': 'kube-dns' },
    },
    addressType: 'IPv4',
    ports: [dnsPort],
    endpoints: [{ addresses: ['172.30.0.2'], nodeName: 'node-1', conditions: { ready: true } }],
  },
] as unknown as readonly ApiObject[]

async function factsOf(client: Client): Promise<ClusterFacts> {
  const [service, slice, pod, node, deployment, replicaSet, event, namespace, policy, clusterPolicy] =
    await Promise.all([
      client.list(services),
      client.list(endpointSlices),
      client.list(pods),
      client.list(nodes),
      client.list(deployments),
      client.list(replicaSets),
      client.list(events),
      client.list(namespaces),
      client.list(networkPolicies),
      client.list(clusterNetworkPolicies),
    ])
  const names = node.items.map(({ metadata }) => metadata?.name ?? '')
  const listening: Record<string, readonly ListeningSocket[]> = { host: [] }
  for (const name of names)
    listening[`node/${name}`] = [
      { protocol: 'UDP', address: '0.0.0.0', port: 53 },
      ...pod.items.filter(({ spec }) => spec?.hostNetwork && spec.nodeName === name).flatMap(socketsOf),
    ]
  const binds = service.items
    .filter((one) => siteKeyOf(one) !== undefined)
    .flatMap(({ spec }) => spec?.ports ?? [])
    .map(({ targetPort }) => ({ protocol: 'TCP', address: '::', port: Number(targetPort) }) as const)
  for (const one of pod.items)
    if (one.status?.podIP) listening[`pod/${one.metadata?.uid}`] = isProxy(one) ? binds : socketsOf(one)
  const namespaceLabels = labelsByName(namespace.items)
  const known = { services: service.items, pods: pod.items, namespaceLabels }
  const gateways = await gatherGateways(client, await gatherGatewayObjects(client), known)
  return {
    ...withoutDns(),
    services: service.items,
    slices: slice.items,
    pods: pod.items,
    nodes: node.items,
    deployments: deployment.items,
    replicaSets: replicaSet.items,
    events: event.items,
    namespaces: namespace.items.map(({ metadata }) => metadata?.name ?? ''),
    namespaceLabels,
    ...(gateways && { gateways }),
    policies: { policies: policy.items, clusterPolicies: clusterPolicy.items },
    listening,
    kernels: names,
  }
}
