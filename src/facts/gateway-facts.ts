import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Secret } from '#api/core/secret/message.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { certificateChecks } from '#client/certificate-check.ts'
import { ApiError, type Client } from '#client/client.ts'
import { valueDigest } from '#client/value-digest.ts'
import type { ClusterFacts } from '#explain/cluster/facts.ts'
import type { GatewayFacts } from '#explain/cluster/gateway-facts.ts'
import type { RowFacts } from '#explain/request/route-rows.ts'
import type { UnseenResource } from '#explain/trace/unseen.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { Labels } from '#objects/object.ts'
import { keyOf, objectKey, splitKey } from '#objects/object-key.ts'
import { isTerminal } from '#objects/pod.ts'
import { endpointsOf, serviceOf } from '#routes/backend-endpoints.ts'
import { DATA_PLANE_LABELS, DATA_PLANE_NAME, DATA_PLANE_NAMESPACE, GATEWAY_CONTROLLER } from '#routes/data-plane.ts'
import { readReports, refusalsOf, waitingOf } from '#routes/reports.ts'
import type { RouteObjects, RouteOptions } from '#routes/route-objects.ts'
import { routesOf } from '#routes/routes-of.ts'
import { bindOf, siteKey, siteKeyOf } from '#routes/site-service.ts'
import { gatherGatewayObjects } from './gateway-objects.ts'

type Known = Pick<ClusterFacts, 'services' | 'pods' | 'namespaceLabels'>

/** What is read by name: Secrets and ConfigMaps that somebody refers to, and no other. */
interface Named {
  readonly secrets: Map<string, Secret | undefined>
  readonly configMaps: Map<string, ConfigMap | undefined>
}

const DATA_PLANE_KEY = `${DATA_PLANE_NAMESPACE}/${DATA_PLANE_NAME}`
/** What one object names may name another in its turn. */
const MOST_ROUNDS = 4
/** In place of a Secret that may not be read: its certificate is taken for a good one. */
const UNREAD = '?'

/**
 * What is known of a cluster’s gateways; undefined where it has none. `known` is what was read of the same cluster. Rejects
 * with an ApiError or a transport's error.
 */
export const gatherGateways = async (
  client: Client,
  gathered: Awaited<ReturnType<typeof gatherGatewayObjects>>,
  known: Known,
): Promise<GatewayFacts | undefined> => {
  if (gathered === undefined) return undefined
  const { objects, forbidden } = gathered
  const named: Named = { secrets: new Map(), configMaps: new Map() }
  const unread = new Set<UnseenResource>(forbidden)
  for (let round = 1; ; round++) {
    const asked = { secrets: new Set<string>(), configMaps: new Set<string>([DATA_PLANE_KEY]) }
    const gateways = gatewayFacts(objects, known, named, asked)
    const isKnown = await Promise.all([
      readAll(client, secrets, named.secrets, asked.secrets, () => {
        unread.add('secrets')
        return unreadSecret()
      }),
      readAll(client, configMaps, named.configMaps, asked.configMaps, () => {
        unread.add('configmaps')
        return undefined
      }),
    ])
    if (isKnown.every(Boolean) || round === MOST_ROUNDS)
      return {
        ...gateways,
        tlsSecrets: await tlsSecretsBeside(client, named.secrets),
        unseen: [...unread].map((resource) => ({ code: 'resource', resource, why: 'forbidden' })),
      }
  }
}

/** What Secrets of certificates are called in namespaces of those that are not there; none where they may not be listed. */
const tlsSecretsBeside = async (
  client: Client,
  secretsByKey: Named['secrets'],
): Promise<NonNullable<GatewayFacts['tlsSecrets']>> => {
  const missing = [...secretsByKey].flatMap(([key, secret]) =>
    secret === undefined ? [splitKey(key).namespace ?? ''] : [],
  )
  const found = await Promise.all(
    [...new Set(missing)].map(async (namespace): Promise<readonly [string, readonly string[]]> => {
      try {
        const { items } = await client.list(secrets, { namespace, fieldSelector: `type=${TLS_TYPE}` })
        return [namespace, items.flatMap(({ metadata, type }) => (type === TLS_TYPE ? (metadata?.name ?? []) : []))]
      } catch (error) {
        const { code } = error instanceof ApiError ? error.status : {}
        if (code !== 403 && code !== 404) throw error
        return [namespace, []]
      }
    }),
  )
  return new Map(found)
}

const TLS_TYPE = 'kubernetes.io/tls'

/** What `fairlead routes` tells of: all that gateways are made of, and their pods. Rejects as `gatherGateways()` does. */
export const gatherRoutes = async (client: Client) => {
  const [objects, service, pod, namespace, slice] = await Promise.all([
    gatherGatewayObjects(client),
    client.list(services),
    client.list(pods),
    client.list(namespaces),
    client.list(endpointSlices),
  ])
  const known = { services: service.items, pods: pod.items, namespaceLabels: labelsByName(namespace.items) }
  const proxies = pod.items.filter(isProxy)
  return {
    namespaces: Object.keys(known.namespaceLabels),
    pods: proxies,
    proxies: proxies.map((one) => ({ pod: one.metadata?.name ?? '', isReady: isReady(one) })),
    gateways: await gatherGateways(client, objects, known),
    addressesOf: addressesBySite(service.items),
    hasEndpoints: hasEndpointsIn(slice.items),
    digest: valueDigest,
  }
}

/** Whether it is a pod of the gateways that runs, or may run yet. */
const isProxy = (pod: Pod): boolean =>
  pod.metadata?.namespace === DATA_PLANE_NAMESPACE &&
  !isTerminal(pod) &&
  Object.entries(DATA_PLANE_LABELS).every(([key, value]) => pod.metadata?.labels?.[key] === value)

/** Whether somebody takes new requests that are for a Service's port. */
const hasEndpointsIn = (slices: readonly EndpointSlice[]): RowFacts['hasEndpoints'] => {
  const byService = Map.groupBy(slices, (one) => serviceOf(one) ?? '')
  return ({ service: { namespace, name }, portName }, protocol) =>
    endpointsOf(byService.get(objectKey(namespace, name)) ?? [], portName, ['IPv4', 'IPv6'], protocol).some(
      ({ isLeaving }) => !isLeaving,
    )
}

/** The labels of namespaces by their names. */
export const labelsByName = (namespaces: readonly Namespace[]): Readonly<Record<string, Labels>> =>
  Object.fromEntries(namespaces.map(({ metadata }) => [metadata?.name ?? '', metadata?.labels ?? {}]))

/** Whether all of them were known before. */
const readAll = async <T extends ApiObject>(
  client: Client,
  resource: Resource<T>,
  known: Map<string, T | undefined>,
  asked: ReadonlySet<string>,
  forbidden: () => T | undefined,
): Promise<boolean> => {
  const fresh = [...asked].filter((key) => !known.has(key))
  await Promise.all(
    fresh.map(async (key) => {
      const { namespace, name } = splitKey(key)
      try {
        const object = await client.get(resource, name, { namespace: namespace ?? '' })
        known.set(key, isLeaving(object) ? undefined : object)
      } catch (error) {
        const { code } = error instanceof ApiError ? error.status : {}
        if (code !== 403 && code !== 404) throw error
        known.set(key, code === 403 ? forbidden() : undefined)
      }
    }),
  )
  return fresh.length === 0
}

const unreadSecret = (): Secret => {
  const text = btoa(UNREAD)
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': text, 'tls.key': text, 'ca.crt': text },
  }
}

const gatewayFacts = (
  objects: GatewayFacts['objects'],
  { services, pods, namespaceLabels = {} }: Known,
  named: Named,
  asked: { readonly secrets: Set<string>; readonly configMaps: Set<string> },
): Omit<GatewayFacts, 'unseen'> => {
  const byKey = new Map(services.filter((one) => !isLeaving(one)).map((one) => [keyOf(one), one]))
  const all: RouteObjects = {
    ...objects,
    namespaceLabels: (name) => namespaceLabels[name],
    service: (key) => byKey.get(key),
    secret: (key) => {
      asked.secrets.add(key)
      return named.secrets.get(key)
    },
    configMap: (key) => {
      asked.configMaps.add(key)
      return named.configMaps.get(key)
    },
  }
  const isPod = (name: string) =>
    pods.some(({ metadata }) => metadata?.namespace === DATA_PLANE_NAMESPACE && metadata.name === name)
  const reports = [...readReports(named.configMaps.get(DATA_PLANE_KEY), isPod).values()]
  const refusals = refusalsOf(reports)
  const waiting = waitingOf(reports)
  return { objects, refusals, waiting, routes: routesOf(all, optionsOf(services, { refusals, waiting })) }
}

const sitesOf = (services: ClusterFacts['services']): ReadonlyMap<string, Service> =>
  new Map(
    services.flatMap((one): readonly (readonly [string, Service])[] => {
      const key = siteKeyOf(one)
      return key === undefined ? [] : [[key, one]]
    }),
  )

const addressesBySite = (services: ClusterFacts['services']): RouteOptions['addressesOf'] => {
  const sites = sitesOf(services)
  return (site) =>
    (sites.get(siteKey(site))?.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? [])
}

/** Whether a proxy runs is for the walk to find out: it looks at its pods. */
const optionsOf = (
  services: ClusterFacts['services'],
  { refusals, waiting }: Pick<RouteOptions, 'refusals' | 'waiting'>,
): RouteOptions => {
  const sites = sitesOf(services)
  const { checkCertificate, checkAuthorities, certificateNames } = certificateChecks()
  return {
    controllerName: GATEWAY_CONTROLLER,
    bundleVersions: [],
    bindOf: (site, port) => {
      const service = sites.get(siteKey(site))
      return service && bindOf(service, port)
    },
    addressesOf: addressesBySite(services),
    servedAt: () => Number.POSITIVE_INFINITY,
    isLed: () => true,
    refusals,
    waiting,
    checkCertificate: (chain, key) => (chain === UNREAD ? undefined : checkCertificate(chain, key)),
    certificateNames: (chain) => (chain === UNREAD ? ['*'] : certificateNames(chain)),
    checkAuthorities: (bundle) => (bundle === UNREAD ? undefined : checkAuthorities(bundle)),
  }
}
