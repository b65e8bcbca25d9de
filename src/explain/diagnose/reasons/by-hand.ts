import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { socketText } from '#net/port-protocol.ts'
import { isReady } from '#objects/conditions.ts'
import { keyOf } from '#objects/object-key.ts'
import { ENDPOINTSLICE_MIRRORING_CONTROLLER, MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { openPorts } from '../../cluster/listening.ts'
import { addressText, familyOfText, find, podAddresses, slicesOf } from '../../cluster/lookup.ts'
import { unlikeness } from '../../cluster/nearest.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import { labelsText, listed, plural } from '../../words/text.ts'
import { endpointsOf, look, patch, run, where } from '../cure.ts'
import { labelsLikeName } from './selector.ts'

/* EndpointSlices that people write, for Services that select nothing. */

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

const slicePatch = (effect: string, slice: EndpointSlice, operations: readonly object[]): Cure =>
  patch(effect, 'endpointslice', slice, operations)

/** A Service without a selector that has no endpoint for this port. */
export function noneByHand(
  facts: ClusterFacts,
  service: Service,
  port: ServicePort | undefined,
  family: IpFamily | undefined,
): Finding {
  const name = keyOf(service)
  const all = slicesOf(facts, service)
  const own = all.filter(({ addressType }) => family === undefined || addressType === family)
  const wrong = port === undefined ? undefined : portUnlike(service, port, own)
  if (wrong !== undefined) return wrong
  const unready = own.flatMap((slice) =>
    (slice.endpoints ?? []).flatMap(({ addresses = [], conditions }, index) =>
      conditions?.ready === false ? [{ slice, index, address: addresses[0] ?? '' }] : [],
    ),
  )
  if (unready.length > 0)
    return {
      reason: 'endpoints-not-ready',
      message: `${listed(unready.slice(0, 5).map(({ address }) => address))} ${unready.length === 1 ? 'is' : 'are'} an endpoint of ${name}, and whoever wrote it says: not ready`,
      details: [
        `the condition ready of EndpointSlice ${listed([...new Set(unready.map(({ slice }) => keyOf(slice)))])}`,
      ],
      cures: unready
        .slice(0, 1)
        .map(({ slice, index, address }) =>
          slicePatch(`if ${address} does answer, say so`, slice, [
            { op: 'add', path: `/endpoints/${index}/conditions/ready`, value: true },
          ]),
        ),
    }
  const { namespace } = service.metadata ?? {}
  const cures: Cure[] = []
  const details: string[] = []
  const orphans = facts.slices.filter(
    ({ metadata, addressType }) =>
      metadata?.namespace === namespace &&
      (family === undefined || addressType === family) &&
      !find(facts.services, metadata?.labels?.[SERVICE_NAME_LABEL] ?? '', namespace),
  )
  for (const slice of orphans.filter((one) => (one.endpoints ?? []).length > 0).slice(0, 2)) {
    const label = slice.metadata?.labels?.[SERVICE_NAME_LABEL]
    details.push(
      `EndpointSlice ${keyOf(slice)} ${label ? `is of a Service ${label}, which is not there` : `has no label ${SERVICE_NAME_LABEL}`}`,
    )
    cures.push(
      run(
        `let it be of ${name}`,
        ...['kubectl', 'label', 'endpointslice', slice.metadata?.name ?? '', ...where(namespace)],
        ...[`${SERVICE_NAME_LABEL}=${service.metadata?.name}`, '--overwrite'],
      ),
    )
  }
  for (const { labels, pods } of labelsLikeName(facts, service)) {
    details.push(`${plural(pods.length, 'pod')} with ${labelsText(labels)}: ${listed(pods.slice(0, 3).map(keyOf))}`)
    cures.push(
      patch(`${cures.length > 0 ? 'or ' : ''}select ${labelsText(labels)}`, 'service', service, {
        spec: { selector: labels },
      }),
    )
  }
  const others = all.length - own.length
  return {
    reason: 'no-selector',
    message: `Service ${name} has no selector, and nobody wrote ${family ? `${family} ` : ''}endpoints for it`,
    details: [
      ...(others > 0 ? [`there are endpoints of the other family`] : []),
      ...details,
      `give it a selector, or an EndpointSlice with the label ${SERVICE_NAME_LABEL}=${service.metadata?.name}${port ? ` and a port ${port.name ? `named ${port.name}` : 'without a name'}` : ''}`,
    ],
    cures: [...cures, endpointsOf(service)],
  }
}

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
  const say = (name: string | undefined) => (name ? `named ${name}` : 'without a name')
  return {
    reason: 'endpoint-port-unknown',
    message: `port ${port.port}/${protocol} of ${keyOf(service)} is ${say(port.name)}, and no port of its EndpointSlices is: the name joins them, not the number`,
    details: filled.map(
      (slice) =>
        `EndpointSlice ${keyOf(slice)} has ${listed((slice.ports ?? []).map((one) => `${one.port ?? 'any port'}/${one.protocol || 'TCP'} ${say(one.name)}`))}`,
    ),
    cures: near
      .slice(0, 1)
      .map(({ slice, index }) =>
        slicePatch(`call that port as the Service does: ${wanted || "''"}`, slice, [
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
  const message = `an endpoint of ${keyOf(service)} is ${socketText(address, port)}, and no pod has that address`
  if (found === undefined || Object.keys(service.spec?.selector ?? {}).length > 0)
    return {
      reason: 'endpoint-gone',
      message,
      details: ['the EndpointSlice controller takes it away in a moment, unless it stands still'],
      cures: [endpointsOf(service)],
    }
  const { slice, index, endpoint } = found
  const details = [
    `it stands in EndpointSlice ${keyOf(slice)}, ${isMirrored(slice) ? 'which is a mirror of the Endpoints of the same name as the Service: change those' : 'which nobody but its writer keeps right'}`,
  ]
  if (isMirrored(slice)) {
    const { name = '', namespace } = service.metadata ?? {}
    return {
      reason: 'endpoint-gone',
      message,
      details,
      cures: [look('the Endpoints', 'kubectl', 'get', 'endpoints', name, ...where(namespace), '-o', 'yaml')],
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
    .map(({ pod, ip }) =>
      slicePatch(`lead it to pod ${keyOf(pod)}, which is at ${ip} now`, slice, [
        { op: 'replace', path: `/endpoints/${index}/addresses/0`, value: ip },
      ]),
    )
  if ((slice.endpoints ?? []).length > 1)
    cures.push(
      slicePatch(`${cures.length > 0 ? 'or ' : ''}take it out, since the Service has others`, slice, [
        { op: 'remove', path: `/endpoints/${index}` },
      ]),
    )
  details.push(
    'a pod gets another address each time it is made: a selector follows it, an address written by hand does not',
  )
  return { reason: 'endpoint-gone', message, details, cures: [...cures, endpointsOf(service)] }
}
