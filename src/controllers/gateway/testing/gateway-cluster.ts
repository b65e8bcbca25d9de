import { Catalogue } from '#api/catalogue/catalogue.ts'
import { kind } from '#api/catalogue/kind.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { listenerSets } from '#api/gatewayapi/listenerset/resource.ts'
import { tcpRoutes } from '#api/gatewayapi/tcproute/resource.ts'
import { builtInKinds } from '#api/kinds.ts'
import type { Resource } from '#api/resource.ts'
import { DATA_PLANE_LABELS } from '#routes/data-plane.ts'
import { ownerId, reportText } from '#routes/reports.ts'
import { startCluster } from '../../testing/cluster.ts'
import { dataPlaneObjects } from '../infrastructure/desired-objects.ts'

type Loose = any
export const API = 'gateway.networking.k8s.io'
export const OURS = 'fairlead.dev/gateway-controller'
const KINDS = [gatewayClasses, gateways, httpRoutes, listenerSets, tcpRoutes] as unknown as readonly Resource[]
/** A pod of the data plane. */
export const POD = 'fairlead-gateway-1'
export const shop = { namespace: 'shop' }
export const system = { namespace: 'kube-system' }

export const gatewayClass = (name: string, controllerName = OURS): Loose => ({
  apiVersion: `${API}/v1`,
  kind: 'GatewayClass',
  metadata: { name },
  spec: { controllerName },
})
export const listener = (port: number, protocol = 'HTTP') => ({
  name: `${protocol.toLowerCase()}-${port}`,
  port,
  protocol,
  allowedRoutes: { namespaces: { from: 'Same' } },
})
export const gateway = (name: string, spec: object = {}): Loose => ({
  apiVersion: `${API}/v1`,
  kind: 'Gateway',
  metadata: { name, ...shop },
  spec: { gatewayClassName: 'fairlead', listeners: [listener(80)], ...spec },
})
export const httpRoute = (name: string, parent: string, backend = 'web'): Loose => ({
  apiVersion: `${API}/v1`,
  kind: 'HTTPRoute',
  metadata: { name, ...shop },
  spec: { parentRefs: [{ name: parent }], rules: [{ backendRefs: [{ name: backend, port: 80 }] }] },
})
export const service = (name: string, spec: object = {}): Loose => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, ...shop },
  spec: { clusterIP: '10.96.0.9', ipFamilies: ['IPv4'], ports: [{ name: 'web', port: 80, protocol: 'TCP' }], ...spec },
})

export const start = async ({ fake, ...options }: Parameters<typeof startCluster>[0] = {}) => {
  const kinds = KINDS.map((resource) => kind({ resource }))
  const catalogue = new Catalogue([...builtInKinds, ...kinds])
  const writes: string[] = []
  const cluster = await startCluster({
    only: ['gateway', 'load-balancer', 'endpointslice', 'garbage-collector'],
    loadBalancer: { cidrs: ['172.30.255.0/24'] },
    catalogue,
    fake: {
      onWrite: (type, { plural }, object) => {
        if (plural !== 'events') writes.push(`${type} ${plural} ${object.metadata?.name}`)
      },
      ...fake,
    },
    ...options,
  })
  const { client } = cluster
  for (const name of ['shop', 'kube-system'])
    await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as Loose)
  await client.create(gatewayClasses, gatewayClass('fairlead'))
  const conditionsOf = (object: Loose): Record<string, string> =>
    Object.fromEntries((object.status?.conditions ?? []).map((one: Loose) => [one.type, `${one.status} ${one.reason}`]))
  const gatewayNow = async (name = 'public'): Promise<Loose> => client.get(gateways, name, shop)
  /** A pod serves all Gateways and ListenerSets as they are now, but for what it refuses. */
  const serving = async (refused: Readonly<Record<string, string>> = {}, pod = POD): Promise<void> => {
    if (!client.all(pods).some(({ metadata }) => metadata?.name === pod)) {
      const metadata = { name: pod, ...system, labels: DATA_PLANE_LABELS }
      const made = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'haproxy' }] } }
      await cluster.ready(await client.create(pods, made as Loose, system))
    }
    const owners = [...client.all(gateways), ...client.all(listenerSets)].map((one: Loose) => {
      const ports = one.spec.listeners.map(({ port }: Loose) => port)
      return [ownerId({ kind: one.kind, ...one.metadata }), { generation: one.metadata.generation, ports }] as const
    })
    const report = reportText({
      served: new Map(owners),
      refused: new Map(Object.entries(refused)),
      waiting: new Map(),
    })
    await client.patch(configMaps, 'fairlead-gateway', 'merge', { data: { [pod]: report } }, system)
    await cluster.settle()
  }
  const names = (resource: Resource<Loose>) => client.all(resource).map(({ metadata }: Loose) => metadata.name)
  return { ...cluster, catalogue, kinds, writes, conditionsOf, gatewayNow, serving, names }
}

export const ingress = (spec: object = {}): Loose => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'web', ...shop },
  spec: {
    ingressClassName: 'fairlead',
    rules: [
      {
        host: 'a.test',
        http: {
          paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
        },
      },
    ],
    ...spec,
  },
})
export const ingressClass = (name: string, spec: object = {}): Loose => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name },
  spec: { controller: OURS, ...spec },
})

/** What is there of the data plane. */
export const madeOf = (client: Loose): readonly string[] =>
  dataPlaneObjects().flatMap(({ resource, first }) =>
    client.all(resource).some(({ metadata }: Loose) => metadata.name === first.metadata?.name) ? [first.kind] : [],
  )
