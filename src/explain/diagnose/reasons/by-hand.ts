import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { isReady } from '#objects/conditions.ts'
import { ENDPOINTSLICE_MIRRORING_CONTROLLER, MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { openPorts } from '../../cluster/listening.ts'
import { addressText, familyOfText, find, podAddresses, slicesOf } from '../../cluster/lookup.ts'
import { unlikeness } from '../../cluster/nearest.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Effect } from '../../trace/effect.ts'
import type { Finding } from '../../trace/finding.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { endpointsOf, look, or, patch, run, where } from '../cure.ts'
import { labelled, labelsLikeName } from './selector.ts'

/* EndpointSlices that people write, for Services that select nothing. */

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

const slicePatch = (effect: Effect, slice: EndpointSlice, operations: readonly object[]): Cure =>
  patch(effect, 'endpointslice', slice, operations)

/** A Service without a selector that has no endpoint for this port. */
export function noneByHand(
  facts: ClusterFacts,
  service: Service,
  port: ServicePort | undefined,
  family: IpFamily | undefined,
): Finding {
  const all = slicesOf(facts, service)
  const own = all.filter(({ addressType }) => family === undefined || addressType === family)
  const wrong = port === undefined ? undefined : portUnlike(service, port, own)
  if (wrong !== undefined) return wrong
  const unready = own.flatMap((slice) =>
    (slice.endpoints ?? []).flatMap(({ addresses = [], conditions }, index) =>
      conditions?.ready === false ? [{ slice, index, address: addresses[0] ?? '' }] : [],
    ),
  )
  const ref = refOf('Service', service)
  if (unready.length > 0)
    return {
      reason: 'endpoints-not-ready',
      service: ref,
      addresses: unready.map(({ address }) => address),
      slices: [...new Set(unready.map(({ slice }) => slice))].map(sliceRef),
      cures: unready
        .slice(0, 1)
        .map(({ slice, index, address }) =>
          slicePatch({ code: 'say-ready', address }, slice, [
            { op: 'add', path: `/endpoints/${index}/conditions/ready`, value: true },
          ]),
        ),
    }
  const { namespace } = service.metadata ?? {}
  const orphans = orphanSlices(facts, namespace, family)
  const near = labelsLikeName(facts, service)
  const selects = near.map(({ labels }) =>
    patch({ code: 'select', labels }, 'service', service, { spec: { selector: labels } }),
  )
  return {
    reason: 'no-selector',
    service: ref,
    ...(family && { family }),
    hasOtherFamily: all.length > own.length,
    orphans: orphans.map((slice) => {
      const of = slice.metadata?.labels?.[SERVICE_NAME_LABEL]
      return { slice: sliceRef(slice), ...(of && { service: of }) }
    }),
    near: near.map(labelled),
    ...(port && { portName: port.name ?? '' }),
    cures: [
      ...orphans.map((slice) => {
        const label = ['kubectl', 'label', 'endpointslice', slice.metadata?.name ?? '', ...where(namespace)]
        const value = `${SERVICE_NAME_LABEL}=${service.metadata?.name}`
        return run({ code: 'label-slice', service: ref }, ...label, value, '--overwrite')
      }),
      ...selects.map((cure, index) => (orphans.length + index > 0 ? or(cure) : cure)),
      endpointsOf(service),
    ],
  }
}

const sliceRef = (slice: EndpointSlice): ObjectRef => refOf('EndpointSlice', slice)

/** EndpointSlices with endpoints whose Service is not there, two at most. */
const orphanSlices = (
  facts: ClusterFacts,
  namespace: string | undefined,
  family: IpFamily | undefined,
): readonly EndpointSlice[] =>
  facts.slices
    .filter(
      ({ metadata, addressType, endpoints }) =>
        metadata?.namespace === namespace &&
        (family === undefined || addressType === family) &&
        (endpoints ?? []).length > 0 &&
        !find(facts.services, metadata?.labels?.[SERVICE_NAME_LABEL] ?? '', namespace),
    )
    .slice(0, 2)

/** A slice whose ports have other names than the Service's: the name joins them, not the number. */
function portUnlike(service: Service, port: ServicePort, slices: readonly EndpointSlice[]): Finding | undefined {
  const wanted = port.name ?? ''
  const protocol = port.protocol || 'TCP'
  const filled = slices.filter(({ endpoints }) => (endpoints ?? []).length > 0)
  if (
    filled.length === 0 ||
    filled.some(({ ports }) =>
      ports?.some((one) => (one.name ?? '') === wanted && (one.protocol || 'TCP') === protocol),
    )
  )
    return undefined
  const target = typeof port.targetPort === 'number' && port.targetPort > 0 ? port.targetPort : port.port
  const candidates = filled.flatMap((slice) =>
    (slice.ports ?? [])
      .map((one, index) => ({ slice, one, index }))
      .filter(({ one }) => (one.protocol || 'TCP') === protocol)
      // A port that another one of the Service has by its name is not taken from it.
      .filter(({ one }) => !(service.spec?.ports ?? []).some(({ name }) => (name ?? '') === (one.name ?? ''))),
  )
  const near = [...candidates].sort(
    (a, b) =>
      Number(b.one.port === target) - Number(a.one.port === target) ||
      unlikeness(wanted, a.one.name ?? '') - unlikeness(wanted, b.one.name ?? ''),
  )
  return {
    reason: 'endpoint-port-unknown',
    service: refOf('Service', service),
    port: port.port,
    protocol,
    ...(port.name && { portName: port.name }),
    slices: filled.map((slice) => ({
      slice: sliceRef(slice),
      ports: (slice.ports ?? []).map((one) => ({
        ...(one.port && { port: one.port }),
        protocol: one.protocol || 'TCP',
        ...(one.name && { name: one.name }),
      })),
    })),
    cures: near
      .slice(0, 1)
      .map(({ slice, index }) =>
        slicePatch({ code: 'name-port', name: wanted }, slice, [
          { op: 'add', path: `/ports/${index}/name`, value: wanted },
        ]),
      ),
  }
}

/** Where an endpoint stands: its slice, and its place there. */
function endpointAt(facts: ClusterFacts, service: Service, address: string) {
  for (const slice of slicesOf(facts, service)) {
    const index = (slice.endpoints ?? []).findIndex((one) =>
      one.addresses?.some((text) => addressText(text) === address),
    )
    if (index >= 0) return { slice, index, endpoint: (slice.endpoints ?? [])[index] }
  }
  return undefined
}

const isMirrored = (slice: EndpointSlice): boolean =>
  slice.metadata?.labels?.[MANAGED_BY_LABEL] === ENDPOINTSLICE_MIRRORING_CONTROLLER

/** Written by hand, or by a controller that is late: an endpoint whose address no pod has. */
export function backendGone(facts: ClusterFacts, service: Service, { address, port }: Target): Finding {
  const found = endpointAt(facts, service, address)
  const gone = { reason: 'endpoint-gone', service: refOf('Service', service), address, port } as const
  if (found === undefined || Object.keys(service.spec?.selector ?? {}).length > 0)
    return { ...gone, mirrored: false, cures: [endpointsOf(service)] }
  const { slice, index, endpoint } = found
  if (isMirrored(slice)) {
    const { name = '', namespace } = service.metadata ?? {}
    const show = ['kubectl', 'get', 'endpoints', name, ...where(namespace), '-o', 'yaml']
    return {
      ...gone,
      slice: sliceRef(slice),
      mirrored: true,
      cures: [look({ code: 'show-endpoints-object' }, ...show)],
    }
  }
  const family = familyOfText(address)
  const { namespace, name = '' } = service.metadata ?? {}
  const meant = facts.pods
    .filter((pod) => pod.metadata?.namespace === namespace && isReady(pod))
    .filter((pod) => openPorts(facts, pod, 'TCP')?.includes(port) ?? true)
    .map((pod) => ({
      pod,
      ip: podAddresses(pod).find((one) => familyOfText(one) === family),
      far: pod.metadata?.name === endpoint?.targetRef?.name ? 0 : unlikeness(name, pod.metadata?.name ?? ''),
    }))
    .filter(({ ip, far }) => ip !== undefined && far <= 0.6)
    .sort((a, b) => a.far - b.far)
  const cures: Cure[] = meant
    .slice(0, 1)
    .map(({ pod, ip = '' }) =>
      slicePatch({ code: 'lead-endpoint-to', pod: refOf('Pod', pod), address: ip }, slice, [
        { op: 'replace', path: `/endpoints/${index}/addresses/0`, value: ip },
      ]),
    )
  if ((slice.endpoints ?? []).length > 1) {
    const cure = slicePatch({ code: 'take-endpoint-out' }, slice, [{ op: 'remove', path: `/endpoints/${index}` }])
    cures.push(cures.length > 0 ? or(cure) : cure)
  }
  return { ...gone, slice: sliceRef(slice), mirrored: false, cures: [...cures, endpointsOf(service)] }
}
