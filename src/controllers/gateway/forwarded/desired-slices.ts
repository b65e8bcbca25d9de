import type { Service } from '#api/core/service/message.ts'
import type { Endpoint, EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { ENDPOINT_WEIGHT_ANNOTATION, MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import { GATEWAY_CONTROLLER_LABEL_VALUE } from '#routes/data-plane.ts'
import type { KernelPort } from '#routes/routes.ts'
import { MANAGED_LABELS } from '#routes/site-service.ts'
import { type Group, packSlices, type SliceChanges, type SliceMeta } from '../../endpointslice/desired-pack.ts'
import { textHash } from '../../values/text-hash.ts'
import { portName } from '../infrastructure/desired-site.ts'
import { endpointWeights } from './desired-shares.ts'

const MOST_ENDPOINTS = 100
/** On a slice of ours: which of a port's Services its endpoints are of. */
const SHARE_LABEL = 'fairlead.dev/share'

type Family = 'IPv4' | 'IPv6'
const FAMILIES: readonly Family[] = ['IPv4', 'IPv6']
type Target = KernelPort['to'][number]

const keyOfTarget = ({ service: { namespace, name } }: Target): string => `${namespace}/${name}`

/** The keys of the Services whose endpoints ports lead to. */
export const servicesBehind = (ports: readonly KernelPort[]): ReadonlySet<string> =>
  new Set(ports.flatMap(({ to }) => to.map(keyOfTarget)))

/** Writes to the slices of one share of a port, and what those have that are made. */
interface ShareChanges {
  readonly changes: SliceChanges
  readonly meta: SliceMeta
}

/**
 * Writes that bring a site's slices up to the endpoints behind its ports: those of the routes' Services as they are, ready
 * or not, each as often as its share of the port says. `existing` are ours of this Service.
 */
export const desiredSlices = (
  service: Service,
  ports: readonly KernelPort[],
  slicesOf: (key: string) => readonly EndpointSlice[],
  existing: readonly EndpointSlice[],
): readonly ShareChanges[] => {
  const left = new Map<string, EndpointSlice[]>()
  for (const slice of existing) {
    const share = slice.metadata?.labels?.[SHARE_LABEL] ?? ''
    left.set(share, [...(left.get(share) ?? []), slice])
  }
  const given = (service.spec?.ipFamilies ?? []).filter((family): family is Family => family !== '')
  const families = given.length > 0 ? given : FAMILIES
  const shares = ports.flatMap((port) =>
    families.flatMap((family) =>
      sharesOf(port, family, slicesOf, keyOf(service)).map(({ share, weight, groups }): ShareChanges => {
        const mine = left.get(share) ?? []
        left.delete(share)
        const meta = metaOf(service, share, weight)
        return { changes: packSlices(groups, mine, meta, MOST_ENDPOINTS), meta }
      }),
    ),
  )
  const gone = [...left.values()].flat()
  return [...shares, { changes: { create: [], update: [], delete: gone }, meta: { labels: {}, annotations: {} } }]
}

const metaOf = (service: Service, share: string, weight: number): SliceMeta => ({
  labels: {
    ...MANAGED_LABELS,
    [SERVICE_NAME_LABEL]: service.metadata!.name!,
    [MANAGED_BY_LABEL]: GATEWAY_CONTROLLER_LABEL_VALUE,
    [SHARE_LABEL]: share,
  },
  annotations: { [ENDPOINT_WEIGHT_ANNOTATION]: String(weight) },
})

interface PortShare {
  readonly share: string
  readonly weight: number
  readonly groups: readonly Group[]
}

/**
 * What a port is shared by in one family: the Services behind it that have endpoints, and, for what must be refused, the
 * pods of the data plane at a number where nobody listens, since they refuse as a machine does.
 */
const sharesOf = (
  { port, protocol, to, refusedWeight }: KernelPort,
  family: Family,
  slicesOf: (key: string) => readonly EndpointSlice[],
  own: string,
): readonly PortShare[] => {
  const name = portName(protocol, port)
  const targets: readonly Shared[] = [
    ...to.map((target) => ({ key: keyOfTarget(target), weight: target.weight, portName: target.portName })),
    ...(refusedWeight > 0 && to.length > 0 ? [{ key: own, weight: refusedWeight }] : []),
  ]
  const found = targets.map((target) => {
    const slices = slicesOf(target.key).filter(({ addressType }) => addressType === family)
    const byPort = endpointsOf(slices, target, protocol, targets.length > 1)
    const all = [...byPort.values()].flatMap((endpoints) => [...endpoints.values()])
    const ready = all.filter(({ conditions }) => conditions?.ready !== false).length
    const groups = [...byPort].map(([number, endpoints]) => ({
      addressType: family,
      ports: [{ name, port: number, protocol }],
      endpoints: [...endpoints.values()],
    }))
    return { groups: groups.filter(({ endpoints }) => endpoints.length > 0), endpoints: ready || all.length }
  })
  const weights = endpointWeights(targets.map(({ weight }, at) => ({ weight, endpoints: found[at]!.endpoints })))
  return targets.flatMap(({ key }, at) => {
    const share = textHash(`${family} ${name} ${at} ${key}`)
    return weights[at] === 0 ? [] : [{ share, weight: weights[at]!, groups: found[at]!.groups }]
  })
}

/** A Service that has a share of a port; without a port's name those that refuse. */
interface Shared {
  readonly key: string
  readonly weight: number
  readonly portName?: string
}
/** Of the pods of the data plane: only root could listen there. */
const CLOSED_PORT = 1

/** By their ports and addresses. */
const endpointsOf = (
  slices: readonly EndpointSlice[],
  { portName: wanted }: Shared,
  protocol: 'TCP' | 'UDP',
  isShared: boolean,
): ReadonlyMap<number, ReadonlyMap<string, Endpoint>> => {
  const byPort = new Map<number, Map<string, Endpoint>>()
  for (const { ports, endpoints: all, metadata } of slices) {
    const isSelected = metadata?.labels?.[MANAGED_BY_LABEL] !== GATEWAY_CONTROLLER_LABEL_VALUE
    const own = ports?.find((one) => (one.name ?? '') === wanted && (one.protocol || 'TCP') === protocol)
    const number = wanted === undefined ? (isSelected ? CLOSED_PORT : undefined) : own?.port
    if (!number) continue
    const endpoints = byPort.get(number) ?? new Map<string, Endpoint>()
    byPort.set(number, endpoints)
    for (const endpoint of all ?? []) {
      const address = endpoint.addresses?.[0]
      // Hints are about the endpoints of one Service: among those of several they would mislead.
      const { hints: _, ...rest } = endpoint
      if (address !== undefined) endpoints.set(address, isShared ? rest : endpoint)
    }
  }
  return byPort
}
