import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service, ServicePort } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal, podAddresses, runningContainers } from '#objects/pod.ts'
import {
  ENDPOINTSLICE_CONTROLLER,
  HEADLESS_LABEL,
  MANAGED_BY_LABEL,
  SERVICE_NAME_LABEL,
  ZONE_LABEL,
} from '#objects/well-known.ts'
import { canonical } from '../values/equal.ts'
import { type Group, packSlices, type SliceChanges, type SliceMeta } from './desired-pack.ts'

const MOST_ENDPOINTS = 100

/** A Service whose endpoints come from its selector. An ExternalName has none (kubernetes/kubernetes#105986). */
export const selectsPods = (service: Service): boolean =>
  Object.keys(service.spec?.selector ?? {}).length > 0 && service.spec?.type !== 'ExternalName'

const families = (service: Service): readonly ('IPv4' | 'IPv6')[] => {
  const given = service.spec?.ipFamilies ?? []
  if (given.length > 0) return given.filter((family) => family !== '')
  const address = service.spec?.clusterIP
  if (address && address !== 'None') return [address.includes(':') ? 'IPv6' : 'IPv4']
  return ['IPv4', 'IPv6']
}

/** The number behind a targetPort on this pod; a name is looked up in its containers, sidecars included. */
export const targetPortOf = (port: ServicePort, pod: Pod): number | undefined => {
  const target =
    port.targetPort === undefined || port.targetPort === '' || port.targetPort === 0 ? port.port : port.targetPort
  if (typeof target === 'number') return target
  for (const container of runningContainers(pod))
    for (const own of container.ports ?? [])
      if (own.name === target && (own.protocol ?? 'TCP') === (port.protocol ?? 'TCP')) return own.containerPort
  return undefined
}

const portsFor = (service: Service, pod: Pod): readonly EndpointPort[] =>
  (service.spec?.ports ?? []).flatMap((port) => {
    const number = targetPortOf(port, pod)
    if (number === undefined) return []
    return [
      {
        name: port.name ?? '',
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
      },
    ]
  })

const endpointOf = (service: Service, pod: Pod, address: string, node: Node | undefined): Endpoint => {
  const serving = isReady(pod)
  const terminating = isLeaving(pod)
  const zone = node?.metadata?.labels?.[ZONE_LABEL]
  const { name, namespace, uid } = pod.metadata!
  const { hostname, subdomain, nodeName } = pod.spec ?? {}
  return {
    addresses: [address],
    conditions: {
      ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating),
      serving,
      terminating,
    },
    ...(hostname && subdomain === service.metadata?.name ? { hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
  }
}

/** Hints of spec.trafficDistribution (KEP-3015): the endpoint's own zone, and with PreferSameNode also its node. */
const hinted = (service: Service, endpoints: readonly Endpoint[]): readonly Endpoint[] => {
  const wish = service.spec?.trafficDistribution
  const zones = wish === 'PreferClose' || wish === 'PreferSameZone' || wish === 'PreferSameNode'
  if (!zones) return endpoints
  return endpoints.map((endpoint) => {
    if (!endpoint.conditions?.ready) return endpoint
    const hints = {
      ...(endpoint.zone ? { forZones: [{ name: endpoint.zone }] } : {}),
      ...(wish === 'PreferSameNode' && endpoint.nodeName ? { forNodes: [{ name: endpoint.nodeName }] } : {}),
    }
    return Object.keys(hints).length > 0 ? { ...endpoint, hints } : endpoint
  })
}

/** The metadata of each slice of a Service: its labels, ours in place of the same names; no annotations. */
export const sliceMeta = (service: Service): SliceMeta => {
  const {
    [SERVICE_NAME_LABEL]: _,
    [MANAGED_BY_LABEL]: __,
    [HEADLESS_LABEL]: ___,
    ...own
  } = service.metadata?.labels ?? {}
  return {
    labels: {
      ...own,
      ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}),
      [SERVICE_NAME_LABEL]: service.metadata!.name!,
      [MANAGED_BY_LABEL]: ENDPOINTSLICE_CONTROLLER,
    },
    annotations: {},
  }
}

/**
 * Writes that bring a Service's slices up to its pods. `pods` are those that the selector matches; `existing` are ours.
 */
export const desiredSlices = (
  service: Service,
  pods: readonly Pod[],
  nodeOf: (name: string) => Node | undefined,
  existing: readonly EndpointSlice[],
): SliceChanges => {
  if (!selectsPods(service) || isLeaving(service)) return { create: [], update: [], delete: [] }
  const running = pods.filter((pod) => !isTerminal(pod))
  const groups: Group[] = families(service).flatMap((addressType): Group[] => {
    const byPorts = new Map<string, { ports: readonly EndpointPort[]; endpoints: Endpoint[] }>()
    for (const pod of running) {
      const address = podAddresses(pod).find((ip) => ip.includes(':') === (addressType === 'IPv6'))
      if (!address) continue
      const ports = portsFor(service, pod)
      const key = canonical(ports)
      const group = byPorts.get(key) ?? { ports, endpoints: [] }
      byPorts.set(key, group)
      group.endpoints.push(endpointOf(service, pod, address, nodeOf(pod.spec?.nodeName ?? '')))
    }
    if (byPorts.size === 0) return [{ addressType, ports: [], endpoints: [] }]
    return [...byPorts.values()].map(({ ports, endpoints }) => ({
      addressType,
      ports,
      endpoints: hinted(service, endpoints),
    }))
  })
  return packSlices(groups, existing, sliceMeta(service), MOST_ENDPOINTS)
}
