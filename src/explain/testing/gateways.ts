import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { routesOf } from '#routes/routes-of.ts'
import { bindOf, GATEWAY_ANNOTATION, MANAGED_LABELS, siteKey, siteKeyOf } from '#routes/site-service.ts'
import { type Cluster, objectsOf, options } from '#routes/testing/cluster.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { at, facts, pod, service, slice } from './cluster.ts'

/** The Service of a Gateway, whose ports are bound 10,000 above, or of all Ingresses, 20,000 above: each port is bound once. */
const siteService = (gateway: string | undefined, address: string, ports: readonly number[]): Service =>
  service(
    gateway === undefined ? 'fairlead-gateway' : `gateway-${gateway.replace('/', '-')}`,
    `10.96.0.${address.split('.').at(-1)}`,
    {
      type: 'LoadBalancer',
      selector: { 'app.kubernetes.io/name': 'fairlead-gateway' },
      ports: ports.map((port) => ({
        name: `p-${port}`,
        port,
        protocol: 'TCP',
        targetPort: (gateway === undefined ? 20_000 : 10_000) + port,
        nodePort: 31_000 + port,
      })),
    },
    {
      namespace: 'kube-system',
      labels: MANAGED_LABELS,
      ...(gateway !== undefined && { annotations: { [GATEWAY_ANNOTATION]: gateway } }),
    },
  )

const withAddress = (one: Service, ip: string): Service => ({ ...one, status: { loadBalancer: { ingress: [{ ip }] } } })

/** The Service of all Ingresses, of load balancer address 172.30.255.8. */
export const ingressService = (...ports: readonly number[]): Service =>
  withAddress(siteService(undefined, '172.30.255.8', ports), '172.30.255.8')

/** Where the pod of the data plane listens for a site; the kernel’s ports lead elsewhere. */
const siteSlices = (
  { metadata: { name = '' } = {}, spec }: Service,
  kernelPorts: readonly number[],
): readonly EndpointSlice[] =>
  (spec?.ports ?? [])
    .filter(({ port }) => !kernelPorts.includes(port))
    .map(({ port, targetPort }) => ({
      ...slice('x', [at('10.244.2.50', 2)], { name: `p-${port}`, port: Number(targetPort), protocol: 'TCP' }),
      metadata: {
        name: `${name}-${port}`,
        namespace: 'kube-system',
        labels: { 'kubernetes.io/service-name': name },
      },
    }))

interface Given {
  /** Ports of the Gateway's Service; none: there is no Service yet. */
  readonly ports?: readonly number[]
  readonly more?: Partial<ClusterFacts>
  readonly refusals?: ReadonlyMap<string, string>
  readonly waiting?: ReadonlyMap<string, string>
  readonly tlsSecrets?: ReadonlyMap<string, readonly string[]>
  /** Without an address of the load balancer. */
  readonly isPending?: boolean
}

/**
 * The test cluster with a Gateway `default/gw` at 172.30.255.7, a pod of the data plane on node-2, and `cluster`, whose Services
 * are those of the test cluster.
 */
export const withGateway = (
  cluster: Omit<Cluster, 'services'>,
  {
    ports = [80, 443],
    more = {},
    refusals = new Map(),
    waiting = new Map(),
    tlsSecrets,
    isPending = false,
  }: Given = {},
): ClusterFacts => {
  const own = siteService('default/gw', '172.30.255.7', ports)
  const site = isPending ? own : withAddress(own, '172.30.255.7')
  const base = facts(more)
  const proxy = pod('proxy', 2, 50, {
    namespace: 'kube-system',
    labels: { 'app.kubernetes.io/name': 'fairlead-gateway' },
    ports: [],
  })
  const services = ports.length > 0 ? [...base.services, site] : base.services
  const kernelPorts = (cluster.gateways ?? []).flatMap(({ spec }) =>
    (spec.listeners ?? []).flatMap(({ port, protocol }) => (protocol === 'TCP' ? [port] : [])),
  )
  const slices = [own, ...services.filter((one) => siteKeyOf(one) === '')].flatMap((one) =>
    siteSlices(one, kernelPorts),
  )
  const names = Object.fromEntries(
    [...base.namespaces, 'kube-system'].map((name) => [name, { 'kubernetes.io/metadata.name': name }]),
  )
  const objects = objectsOf({ namespaces: names, ...cluster, services })
  const sites = new Map(services.flatMap((one) => (siteKeyOf(one) === undefined ? [] : [[siteKeyOf(one), one]])))
  const routes = routesOf(
    objects,
    options({
      bindOf: (origin, port) => {
        const found = sites.get(siteKey(origin))
        return found && bindOf(found, port)
      },
      addressesOf: (origin) =>
        (sites.get(siteKey(origin))?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []),
      refusals,
      waiting,
    }),
  )
  return {
    ...base,
    services,
    slices: [...base.slices, ...slices],
    pods: [...base.pods, proxy],
    namespaces: [...base.namespaces, 'kube-system'],
    namespaceLabels: names,
    listening: {
      ...base.listening,
      'pod/proxy': services
        .filter((one) => siteKeyOf(one) !== undefined)
        .flatMap(({ spec }) => spec?.ports ?? [])
        .map(({ targetPort }) => ({ protocol: 'TCP', address: '::', port: Number(targetPort) })),
    },
    gateways: { objects, routes, refusals, waiting, ...(tlsSecrets && { tlsSecrets }), unseen: [] },
  }
}
