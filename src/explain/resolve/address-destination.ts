import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { declaredPorts, openPorts } from '../cluster/listening.ts'
import {
  addressText,
  clusterIpsOf,
  externalIpsOf,
  familyOfText,
  ingressOf,
  nodeAddresses,
  nodeAt,
  nodeOutside,
} from '../cluster/lookup.ts'
import { nodePortRef, nodePortsOf } from '../cluster/node-ports.ts'
import { refOf } from '../cluster/reference.ts'
import type { Question } from '../trace/question.ts'
import type { DestinationMalformed } from '../trace/refusal.ts'
import type { PortRef } from '../trace/walk/entry.ts'
import type { ChosenPort, Step } from '../trace/walk/step.ts'
import type { DeadEnd } from './dead-end.ts'

export interface Target {
  readonly address: string
  readonly port: number
}

/** Where the packet is sent. No target: it leads nowhere, and `deadEnd` says why. */
export interface Destination {
  readonly protocol: Protocol
  readonly service: Service | undefined
  readonly targets: readonly Target[]
  readonly steps: readonly Step[]
  /** Where it leads to no address. */
  readonly deadEnd?: DeadEnd
  /** It was found by a name: the sender asks DNS first. */
  readonly byName?: boolean
}

/** It leads to no address. */
export const nowhere = (protocol: Protocol, deadEnd: DeadEnd, steps: readonly Step[] = []): Destination => ({
  protocol,
  service: undefined,
  targets: [],
  steps,
  deadEnd,
})

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** The Services that have a port at this address: by it, or by a node's and the node port. */
const portsAt = (facts: ClusterFacts, address: string) => {
  const owner = facts.services.find((one) =>
    [...clusterIpsOf(one), ...ingressOf(one), ...externalIpsOf(one)].includes(address),
  )
  if (owner !== undefined) return (owner.spec?.ports ?? []).map((one) => ({ service: owner, number: one.port, one }))
  if (nodeAt(facts, address) === undefined) return []
  return facts.services.flatMap((service) =>
    (service.spec?.ports ?? []).flatMap((one) => (one.nodePort ? [{ service, number: one.nodePort, one }] : [])),
  )
}

/**
 * An address that was asked for as such. Without a port it is the first of the Service that has the address. Throws
 * ExplainError.
 */
export function toAddress(
  facts: ClusterFacts,
  question: Question,
  { address, port: text }: { readonly kind: 'address'; readonly address: string; readonly port?: string | undefined },
): Destination {
  const { family, to, protocol: asked } = question
  if (family !== undefined && familyOfText(address) !== family)
    throw new ExplainError({ code: 'FAMILY_MISMATCH', why: 'address-of-other-family', to, family })
  const outer = facts.network.foreign && nodeAt(facts, address) === undefined ? nodeOutside(facts, address) : undefined
  const inner = outer && nodeAddresses(outer).find((one) => familyOfText(one) === familyOfText(address))
  if (outer !== undefined && inner !== undefined) {
    const found = toAddress(facts, question, { kind: 'address', address: inner, port: text })
    const step: Step = { code: 'node-address-outside', address, node: keyOf(outer), inner }
    return { ...found, steps: [step, ...found.steps] }
  }
  const ports = portsAt(facts, address).filter(({ one }) => asked === undefined || (one.protocol || 'TCP') === asked)
  const number = text === undefined ? undefined : Number(text)
  if (number === undefined && (ports[0] === undefined || nodeAt(facts, address) !== undefined))
    throw noPort(facts, to, address)
  // TCP where it is served, or nothing is.
  const meant = number === undefined ? ports : ports.filter((one) => one.number === number)
  const port =
    (number === undefined ? undefined : meant.find(({ one }) => (one.protocol || 'TCP') === 'TCP')) ?? meant[0]
  const steps: Step[] =
    number === undefined && port !== undefined
      ? [{ code: 'port-chosen', address, port: chosenPort(port.service, port.one) }]
      : []
  return {
    protocol: asked ?? (port?.one.protocol || 'TCP'),
    service: undefined,
    targets: [{ address, port: (number ?? port?.number) as number }],
    steps,
  }
}

export const malformedDestination = (refusal: DestinationMalformed): ExplainError =>
  new ExplainError({ code: 'DESTINATION_MALFORMED', ...refusal })

/** `[fd00::1]:80` is what was meant by `fd00::1:80`, which is an address too. */
function noPort(facts: ClusterFacts, to: string, address: string): ExplainError {
  const bare = address.includes(':') ? /^(.*):(\d+)$/.exec(address) : null
  const inner = bare === null ? undefined : addressText(bare[1] as string)
  return malformedDestination({
    why: 'no-port',
    to,
    address,
    ...(inner !== undefined
      ? { meant: { address: inner, port: Number(bare?.[2]) } }
      : nodeAt(facts, address) !== undefined && { nodePorts: nodePortsOf(facts).map(nodePortRef) }),
  })
}

/** The port that is taken where none was asked for, and what there is to choose from. */
export function chosenPort({ spec }: Service, port: ServicePort): ChosenPort {
  const ref = ({ port, protocol, name }: ServicePort): PortRef => ({
    port,
    protocol: protocol || 'TCP',
    ...(name && { name }),
  })
  return { chosen: ref(port), of: (spec?.ports ?? []).map(ref) }
}

/** A port of a pod by its number, or by the name that a container gives it, which tells the protocol too. */
export function podPort(
  facts: ClusterFacts,
  { to, protocol }: Question,
  pod: Pod,
  text: string | undefined,
): { readonly port: string; readonly protocol?: Protocol } {
  if (text !== undefined && /^\d+$/.test(text)) return { port: text }
  const all = (['TCP', 'UDP', 'SCTP'] as const)
    .filter((one) => protocol === undefined || one === protocol)
    .flatMap((one) => declaredPorts(pod, one).map((port) => ({ ...port, protocol: one })))
  const named = text === undefined ? undefined : all.find(({ name }) => name === text)
  if (named !== undefined) return { port: String(named.port), protocol: named.protocol }
  const open = openPorts(facts, pod, protocol ?? 'TCP') ?? []
  const declared = all.map(({ port, protocol, name }) => ({ port, protocol, ...(name && { name }) }))
  const about = { to, pod: refOf('Pod', pod), ...(text !== undefined && { port: text }), declared, open }
  throw malformedDestination({ why: 'port-not-declared', ...about })
}
