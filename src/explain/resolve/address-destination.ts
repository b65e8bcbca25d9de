import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
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
import { nameOf, socketText } from '../cluster/names.ts'
import type { PortRef } from '../trace/entry.ts'
import type { Question } from '../trace/question.ts'
import type { ChosenPort, Step } from '../trace/step.ts'
import { listed } from '../words/text.ts'
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
    throw new ExplainError('FAMILY_MISMATCH', `${to} is no ${family} address, and --family asks for one`)
  const outer = facts.network.foreign && nodeAt(facts, address) === undefined ? nodeOutside(facts, address) : undefined
  const inner = outer && nodeAddresses(outer).find((one) => familyOfText(one) === familyOfText(address))
  if (outer !== undefined && inner !== undefined) {
    const found = toAddress(facts, question, { kind: 'address', address: inner, port: text })
    const step: Step = { code: 'node-address-outside', address, node: nameOf(outer), inner }
    return { ...found, steps: [step, ...found.steps] }
  }
  const ports = portsAt(facts, address).filter(({ one }) => asked === undefined || (one.protocol || 'TCP') === asked)
  const number = text === undefined ? undefined : Number(text)
  if (number === undefined && (ports[0] === undefined || nodeAt(facts, address) !== undefined))
    throw new ExplainError('DESTINATION_MALFORMED', `--to ${to} has no port`, portHint(facts, address))
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

/** `[fd00::1]:80` is what was meant by `fd00::1:80`, which is an address too. */
function portHint(facts: ClusterFacts, address: string): string {
  const bare = address.includes(':') ? /^(.*):(\d+)$/.exec(address) : null
  const inner = bare === null ? undefined : addressText(bare[1] as string)
  if (inner !== undefined) return `an address of IPv6 with a port has brackets: ${socketText(inner, Number(bare?.[2]))}`
  return nodeAt(facts, address) !== undefined ? nodePortHint(facts, address) : `write it as ${socketText(address, 80)}`
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

/** A port of a pod by its number, or by the name that a container gives it. */
export function podPort(facts: ClusterFacts, { to, protocol }: Question, pod: Pod, text: string | undefined): string {
  if (text !== undefined && /^\d+$/.test(text)) return text
  const all = (['TCP', 'UDP', 'SCTP'] as const)
    .filter((one) => protocol === undefined || one === protocol)
    .flatMap((one) => declaredPorts(pod, one).map((port) => ({ ...port, protocol: one })))
  const named = text === undefined ? undefined : all.find(({ name }) => name === text)
  if (named !== undefined) return String(named.port)
  const open = openPorts(facts, pod, protocol ?? 'TCP') ?? []
  const declared = all.map((one) => `${one.port}/${one.protocol}${one.name ? ` (${one.name})` : ''}`)
  throw new ExplainError(
    'DESTINATION_MALFORMED',
    text === undefined ? `--to ${to} has no port` : `no container of pod ${nameOf(pod)} declares a port ${text}`,
    `${declared.length > 0 ? `its containers declare ${listed(declared)}` : 'its containers declare none'}${open.length > 0 ? `; it listens on ${listed(open.map(String))}` : ''}: write it as ${to.replace(/:[^:]*$/, '')}:${all[0]?.port ?? open[0] ?? 80}`,
  )
}

export function nodePortHint(facts: ClusterFacts, address: string): string {
  const ports = facts.services.flatMap((service) =>
    (service.spec?.ports ?? []).flatMap((one) => (one.nodePort ? [{ service, port: one.nodePort }] : [])),
  )
  return `write it as ${socketText(address, ports[0]?.port ?? 80)}${ports.length > 0 ? `; node ports: ${listed(ports.slice(0, 5).map(({ service, port }) => `${port} of ${nameOf(service)}`))}` : ''}`
}
