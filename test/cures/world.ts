import type { Node, Pod } from '#api/core-v1.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import {
  configMaps,
  deployments,
  endpointSlices,
  events,
  namespaces,
  nodes,
  pods,
  replicaSets,
  serviceAccounts,
  services,
} from '#api/resources.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'
import type { Client } from '#client/client.ts'
import { isNotFound } from '#client/client.ts'
import { systemClock } from '#client/clock.ts'
import { createHttpClient } from '#client/http-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { startControllers } from '#controllers/start.ts'
import type { ClusterFacts, ListeningSocket } from '#explain/facts.ts'
import { withoutDns } from '#explain/testing/cluster.ts'

/* A cluster to break and to mend: the real API server and controllers in process, and kubelets that are played. */

const NODES = [1, 2, 3]
const IMAGES = ['fairlead/echo', 'fairlead/host']

export interface World {
  readonly client: Client
  /** Creates objects, in the order given; those without a namespace of their own are in `default`. */
  make(...objects: readonly ApiObject[]): Promise<void>
  /** Until controllers and kubelets have nothing left to do. */
  settle(): Promise<void>
  facts(): Promise<ClusterFacts>
  /** The first pod of a Deployment, of the newest make. */
  podOf(app: string): Promise<Pod>
  /** A node's kubelet falls silent, as the control plane sees it after its grace. */
  silence(node: string): Promise<void>
  close(): Promise<void>
}

const RESOURCES = [namespaces, nodes, services, endpointSlices, pods, deployments, replicaSets, configMaps] as const

export async function startWorld(): Promise<World> {
  const server = await startTestServer()
  // As kubectl does, over the wire: what comes in is decoded and defaulted.
  const client = createHttpClient(unixTransport(server.socketPath))
  const abort = new AbortController()
  const controllers = startControllers({
    client: server.client,
    clock: systemClock,
    random: () => 0,
    signal: abort.signal,
    rootCa: 'CA',
    loadBalancer: { cidrs: ['172.30.255.1-172.30.255.250'] },
    log: () => undefined,
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
  return world
}

async function setStatus<T extends ApiObject & { readonly status?: object }>(
  client: Client,
  resource: Resource<T>,
  object: T,
  status: NonNullable<T['status']>,
): Promise<void> {
  const metadata = { ...object.metadata, resourceVersion: undefined }
  const next = { ...object, metadata, status: { ...object.status, ...status } }
  const namespace = object.metadata?.namespace === undefined ? {} : { namespace: object.metadata.namespace }
  await client.update(resource, next as T, { ...namespace, subresource: 'status' })
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

/** What a container's arguments say of its program: `--listen=8080`, which is its default, `--loopback=9090`, `--crash`. */
const argument = ({ spec }: Pod, name: string): string | undefined => {
  const found = spec?.containers?.[0]?.args?.find((one) => one === `--${name}` || one.startsWith(`--${name}=`))
  return found === undefined ? undefined : found.slice(name.length + 3)
}

const socketsOf = (pod: Pod): readonly ListeningSocket[] => {
  const at = (address: string, text: string | undefined): readonly ListeningSocket[] =>
    (text ?? '').split(',').flatMap((port) => (port ? [{ protocol: 'TCP', address, port: Number(port) } as const] : []))
  return [...at('::', argument(pod, 'listen') ?? '8080'), ...at('127.0.0.1', argument(pod, 'loopback'))]
}

const unready = (pod: Pod): NonNullable<Pod['status']> => ({
  conditions: [
    ...(pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready'),
    { type: 'Ready', status: 'False' },
  ],
})

/** What kubelets make of the pods that are bound to their nodes: of each what it can become, at once. */
async function playKubelets(client: Client, silent: ReadonlySet<string>): Promise<void> {
  const held = new Set(
    (await client.list(configMaps)).items.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`),
  )
  for (const pod of (await client.list(pods)).items) {
    const { nodeName = '' } = pod.spec ?? {}
    const { name = '', namespace = '', deletionTimestamp } = pod.metadata ?? {}
    if (nodeName === '' || silent.has(nodeName)) continue
    if (deletionTimestamp !== undefined && argument(pod, 'linger') === undefined) {
      await client.delete(pods, name, { namespace, gracePeriodSeconds: 0 }).catch(tolerateGone)
      continue
    }
    const status = becomes(pod, held)
    const same = JSON.stringify({ ...pod.status, ...status }) === JSON.stringify(pod.status)
    if (!same) await setStatus(client, pods, pod, status).catch(tolerateGone)
  }
}

const tolerateGone = (error: unknown): void => {
  if (!isNotFound(error)) throw error
}

const addresses = new Map<string, number>()

function becomes(pod: Pod, held: ReadonlySet<string>): NonNullable<Pod['status']> {
  const [container] = pod.spec?.containers ?? []
  const { name = '', image = '' } = container ?? {}
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready')
  const wanted = container?.envFrom?.flatMap(({ configMapRef }) => configMapRef?.name ?? []) ?? []
  const missing = wanted.find((one) => !held.has(`${pod.metadata?.namespace}/${one}`))
  const waits = (reason: string, message: string, lastState?: object) => ({
    phase: 'Pending' as const,
    conditions: [...others, { type: 'Ready', status: 'False' }],
    containerStatuses: [
      {
        name,
        image,
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason, message } },
        ...(lastState && { lastState }),
      },
    ],
  })
  if (!IMAGES.includes(image)) return waits('ErrImagePull', 'it is not known here')
  if (missing !== undefined) return waits('CreateContainerConfigError', `configmap "${missing}" not found`)
  if (argument(pod, 'crash') !== undefined)
    return waits('CrashLoopBackOff', 'back-off', { terminated: { exitCode: 2, reason: 'Error' } })
  const probe = container?.readinessProbe
  const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port
  const gates = (pod.spec?.readinessGates ?? []).every(({ conditionType }) =>
    others.some(({ type, status }) => type === conditionType && status === 'True'),
  )
  const passes = port === undefined || socketsOf(pod).some((one) => one.port === port)
  const leaves = pod.metadata?.deletionTimestamp !== undefined
  const ready = passes && gates && !leaves
  const node = pod.spec?.nodeName?.replace('node-', '')
  const uid = pod.metadata?.uid ?? ''
  if (!addresses.has(uid)) addresses.set(uid, 10 + (addresses.size % 200))
  const host = addresses.get(uid)
  const ips = pod.spec?.hostNetwork
    ? [`172.30.0.${Number(node) + 1}`, `fd00:172:30::${Number(node) + 1}`]
    : [`10.244.${node}.${host}`, `fd00:10:244:${node}::${host}`]
  const podIPs = (argument(pod, 'one-family') === undefined ? ips : ips.slice(0, 1)).map((ip) => ({ ip }))
  return {
    phase: 'Running',
    podIP: podIPs[0]?.ip,
    podIPs,
    conditions: [...others, { type: 'Ready', status: ready ? 'True' : 'False' }],
    containerStatuses: [
      {
        name,
        image,
        imageID: '',
        ready: passes && !leaves,
        restartCount: 0,
        state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
      },
    ],
  }
}

async function factsOf(client: Client): Promise<ClusterFacts> {
  const [service, slice, pod, node, deployment, replicaSet, event, namespace] = await Promise.all([
    client.list(services),
    client.list(endpointSlices),
    client.list(pods),
    client.list(nodes),
    client.list(deployments),
    client.list(replicaSets),
    client.list(events),
    client.list(namespaces),
  ])
  const names = node.items.map(({ metadata }) => metadata?.name ?? '')
  const listening: Record<string, readonly ListeningSocket[]> = { host: [] }
  for (const name of names)
    listening[`node/${name}`] = [
      { protocol: 'UDP', address: '0.0.0.0', port: 53 },
      ...pod.items.filter(({ spec }) => spec?.hostNetwork && spec.nodeName === name).flatMap(socketsOf),
    ]
  for (const one of pod.items) if (one.status?.podIP) listening[`pod/${one.metadata?.uid}`] = socketsOf(one)
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
    listening,
    kernels: names,
  }
}
