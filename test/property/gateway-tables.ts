import { routesOf } from '#routes/routes-of.ts'
import type { Origin } from '#routes/table/origin.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import type { GatewayObjects } from '../contract/gateway/model.ts'

type Keyed = { readonly metadata?: { readonly namespace?: string; readonly name?: string } }
const byKey = <T extends Keyed>(list: readonly T[]) => {
  const all = new Map(list.map((one) => [`${one.metadata?.namespace}/${one.metadata?.name}`, one]))
  return (key: string): T | undefined => all.get(key)
}

/** Each port of each site has a place of its own in the pod. */
const bindOf = ({ kind, namespace, name }: Origin, port: number): number => {
  const sites = ['infra/public', 'shop/own']
  return 10_000 + 10_000 * (kind === 'Gateway' ? sites.indexOf(`${namespace}/${name}`) : 2) + port
}

/** The routing table of all objects. Certificates are not looked into: all are for `names`. */
export function tableOf(objects: GatewayObjects, names: readonly string[]): RoutingTable {
  const { namespaces, services, secrets, ...others } = objects
  const { table } = routesOf(
    {
      ...others,
      tlsRoutes: [],
      tcpRoutes: [],
      udpRoutes: [],
      backendTLSPolicies: [],
      namespaceLabels: (name) => namespaces.find(({ metadata }) => metadata?.name === name)?.metadata?.labels,
      service: byKey(services),
      secret: byKey(secrets),
      configMap: () => undefined,
    },
    {
      controllerName: 'fairlead.dev/gateway-controller',
      bundleVersions: ['v1.5.1'],
      bindOf,
      addressesOf: () => [],
      servedAt: () => Number.POSITIVE_INFINITY,
      isLed: () => true,
      refusals: new Map(),
      waiting: new Map(),
      checkCertificate: () => undefined,
      certificateNames: () => names,
      checkAuthorities: () => undefined,
    },
  )
  return table
}
