import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from '#api/core/endpoints/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import { isReady } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { isTerminal, podAddresses } from '#objects/pod.ts'
import { HEADLESS_LABEL } from '#objects/well-known.ts'
import { selectsPods, targetPortOf } from '../endpointslice/desired.ts'
import { canonical } from '../values/equal.ts'

const MOST_ADDRESSES = 1000
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by'

interface Located {
  readonly address: EndpointAddress
  readonly ready: boolean
  readonly ports: readonly EndpointPort[]
}

const locate = (service: Service, pod: Pod, v6: boolean): Located | undefined => {
  const everything = service.spec?.publishNotReadyAddresses === true
  // A terminating pod is in no Endpoints, only in the slices, which can say "terminating".
  if (isTerminal(pod) || (isLeaving(pod) && !everything)) return undefined
  const ip = podAddresses(pod).find((one) => one.includes(':') === v6)
  if (!ip) return undefined
  const { hostname, subdomain, nodeName } = pod.spec ?? {}
  const { name, namespace, uid } = pod.metadata!
  const ports = (service.spec?.ports ?? []).flatMap((port): EndpointPort[] => {
    const number = targetPortOf(port, pod)
    if (number === undefined) return []
    return [
      {
        ...(port.name ? { name: port.name } : {}),
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol ? { appProtocol: port.appProtocol } : {}),
      },
    ]
  })
  // A Service with ports of which the pod has none is not served by it; a headless one may have no ports at all.
  if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) return undefined
  return {
    address: {
      ip,
      ...(hostname && subdomain === service.metadata?.name ? { hostname } : {}),
      ...(nodeName ? { nodeName } : {}),
      targetRef: { kind: 'Pod', namespace, name, uid },
    },
    ready: everything || isReady(pod),
    ports,
  }
}

const byIp = (a: EndpointAddress, b: EndpointAddress): number => (a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : 0)

/** Addresses with the same ports in one subset, sorted, as Kubernetes repacks them. */
const repack = (located: readonly Located[]): readonly EndpointSubset[] => {
  const groups = new Map<string, Located[]>()
  for (const one of located) {
    const key = one.ports.map(canonical).sort().join()
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => {
      const of = (ready: boolean) =>
        members
          .filter((one) => one.ready === ready)
          .map(({ address }) => address)
          .sort(byIp)
      const [addresses, notReadyAddresses] = [of(true), of(false)]
      const ports = [...members[0]!.ports].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1))
      return {
        ...(addresses.length > 0 ? { addresses } : {}),
        ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
        ...(ports.length > 0 ? { ports } : {}),
      }
    })
}

/** Not ready ones go first when there are more than the object may hold. */
const truncate = (located: readonly Located[]): readonly Located[] =>
  located.length <= MOST_ADDRESSES
    ? located
    : [...located.filter(({ ready }) => ready), ...located.filter(({ ready }) => !ready)].slice(0, MOST_ADDRESSES)

/**
 * The Endpoints object that a Service should have; undefined where it is not ours to write. Only the first IP family
 * shows.
 */
export const desiredEndpoints = (
  service: Service,
  pods: readonly Pod[],
  current: Endpoints | undefined,
): Endpoints | undefined => {
  if (!selectsPods(service) || isLeaving(service)) return undefined
  const { name, namespace, labels = {} } = service.metadata!
  const family = service.spec?.ipFamilies?.[0]
  const v6 = family ? family === 'IPv6' : (service.spec?.clusterIP ?? '').includes(':')
  const located = pods.map((pod) => locate(service, pod, v6)).filter((one) => one !== undefined)
  const { [OVER_CAPACITY]: _, ...annotations } = current?.metadata?.annotations ?? {}
  const { [HEADLESS_LABEL]: __, ...own } = labels
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...current?.metadata,
      name,
      namespace,
      labels: { ...own, ...(isHeadless(service) ? { [HEADLESS_LABEL]: '' } : {}), [MANAGED_BY]: 'endpoint-controller' },
      annotations: { ...annotations, ...(located.length > MOST_ADDRESSES ? { [OVER_CAPACITY]: 'truncated' } : {}) },
      ownerReferences: current?.metadata?.ownerReferences ?? [controllerReference(service)],
    },
    subsets: repack(truncate(located)),
  }
}
