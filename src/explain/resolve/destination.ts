import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import { type DestinationText, malformed, parseDestination } from '../ask/destination-text.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import {
  clusterIpsOf,
  familyOfText,
  find,
  ingressOf,
  isHeadless,
  nodeAddresses,
  podAddresses,
} from '../cluster/lookup.ts'
import { nodePortRef, nodePortsOf } from '../cluster/node-ports.ts'
import { nodesToAsk } from '../cluster/nodes-to-ask.ts'
import { refOf } from '../cluster/reference.ts'
import type { Question } from '../trace/question.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { Flaw } from '../trace/refusal.ts'
import type { Step } from '../trace/walk/step.ts'
import {
  chosenPort,
  type Destination,
  malformedDestination,
  podPort,
  type Target,
  toAddress,
} from './address-destination.ts'
import type { DeadEnd } from './dead-end.ts'
import { resolveName } from './dns-name.ts'
import { addressesOfName } from './facts-zone.ts'
import { headlessAddresses } from './headless.ts'
import { namespaceOf, type Source, sourceAddress } from './source.ts'
import { nodeUnknown, podUnknown } from './unknown.ts'

const nowhere = (protocol: Protocol, deadEnd: DeadEnd, steps: readonly Step[] = []): Destination => ({
  protocol,
  service: undefined,
  targets: [],
  steps,
  deadEnd,
})

/** Finds what is asked. Throws ExplainError where the text is no destination, or of the other family. */
export function resolveDestination(facts: ClusterFacts, question: Question, source: Source): Destination {
  const text = parseDestination(question.to, namespaceOf(question, source))
  const protocol = question.protocol ?? 'TCP'
  switch (text.kind) {
    case 'service': {
      const service = find(facts.services, text.name, text.namespace)
      return service === undefined
        ? nowhere(protocol, { ...text, kind: 'service-unknown' })
        : toService(facts, question, source, service, text.port, [])
    }
    case 'name':
      return { ...toName(facts, question, source, text, protocol), byName: text.name !== 'localhost' }
    case 'address':
      return toAddress(facts, question, text)
    case 'kindless':
      throw malformed(question.to, kindless(facts, text.host))
    case 'pod': {
      const pod = find(facts.pods, text.name, text.namespace)
      if (pod === undefined) throw podUnknown(facts, 'DESTINATION_MALFORMED', text.namespace, text.name)
      const port = podPort(facts, question, pod, text.port)
      return toAddress(facts, question, {
        kind: 'address',
        address: own(podAddresses(pod), question, source, refOf('Pod', pod)),
        port,
      })
    }
    case 'node': {
      const node = find(facts.nodes, text.name)
      if (node === undefined) throw nodeUnknown(facts, 'DESTINATION_MALFORMED', text.name)
      const address = own(nodeAddresses(node), question, source, refOf('Node', node))
      if (text.port !== undefined && !/^\d+$/.test(text.port))
        throw malformedDestination({
          why: 'named-port-of-node',
          to: question.to,
          address,
          nodePorts: nodePortsOf(facts).map(nodePortRef),
        })
      return toAddress(facts, question, { kind: 'address', address, port: text.port })
    }
  }
}

/** What a person may have meant who left out the kind. */
function kindless(facts: ClusterFacts, host: string): Flaw {
  const service = facts.services.find((one) => keyOf(one) === host)
  if (service !== undefined) return { kind: 'kind', meant: refOf('Service', service) }
  const pod = facts.pods.find((one) => keyOf(one) === host)
  return pod === undefined ? { kind: 'form' } : { kind: 'kind', meant: refOf('Pod', pod) }
}

/** The address of a pod or a node that can be asked. Throws ExplainError. */
function own(addresses: readonly string[], question: Question, source: Source, object: ObjectRef): string {
  const address = ofFamily(addresses, question, source)
  if (address !== undefined) return address
  if (addresses.length === 0) throw malformedDestination({ why: 'no-address-yet', object })
  throw new ExplainError({ code: 'FAMILY_MISMATCH', why: 'object-of-other-family', object, addresses })
}

/** The address of the family asked for; else the first of a family that the sender has. */
function ofFamily(addresses: readonly string[], { family }: Question, source: Source): string | undefined {
  return addresses.find((address) => {
    const own = familyOfText(address)
    return family === undefined ? sourceAddress(source, own) !== undefined : own === family
  })
}

function toName(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  { name, port }: DestinationText & { readonly kind: 'name' },
  protocol: Protocol,
): Destination {
  if (name === 'localhost')
    return {
      ...toAddress(facts, question, {
        kind: 'address',
        address: question.family === 'IPv6' ? '::1' : '127.0.0.1',
        port,
      }),
      steps: [{ code: 'localhost' }],
    }
  const answer = resolveName(facts, question, source, name)
  if (answer.kind === 'nothing') return nowhere(protocol, answer.deadEnd)
  const { fullName } = answer
  if (answer.kind === 'service') {
    const step: Step = { code: 'name-of-service', name, fullName, service: refOf('Service', answer.service) }
    return toService(facts, question, source, answer.service, port, [step])
  }
  const step: Step = { code: 'name-of-addresses', name, fullName, addresses: answer.addresses }
  return toOneOf(facts, question, source, answer.addresses, port, [step])
}

/** Throws ExplainError where none is of the family asked for, or the port is not a number. */
function toOneOf(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  addresses: readonly string[],
  port: string | undefined,
  steps: readonly Step[],
): Destination {
  const address = ofFamily(addresses, question, source)
  const { to } = question
  if (port === undefined) throw malformedDestination({ why: 'name-without-port', to })
  if (address === undefined) throw malformedDestination({ why: 'name-without-address', to })
  if (!/^\d+$/.test(port)) throw malformedDestination({ why: 'named-port-of-name', to })
  return { ...toAddress(facts, question, { kind: 'address', address, port }), steps }
}

/** The port of a Service that is meant: by number, by name, or its first. Undefined: it has no such port. */
function portOf({ spec }: Service, text: string | undefined, protocol: Protocol | undefined) {
  const ports = (spec?.ports ?? []).filter((one) => protocol === undefined || (one.protocol || 'TCP') === protocol)
  if (text === undefined) return ports[0]
  return ports.find((one) => (/^\d+$/.test(text) ? one.port === Number(text) : one.name === text))
}

function toService(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  service: Service,
  portText: string | undefined,
  steps: readonly Step[],
): Destination {
  const port = portOf(service, portText, question.protocol)
  const protocol = question.protocol ?? port?.protocol ?? 'TCP'
  const number = port?.port ?? (portText !== undefined && /^\d+$/.test(portText) ? Number(portText) : undefined)
  const none = (deadEnd: DeadEnd): Destination => ({ ...nowhere(protocol, deadEnd, steps), service })
  const to = (targets: readonly Target[], step: Step): Destination => ({
    protocol,
    service,
    targets,
    steps: [...steps, step],
  })
  if (service.spec?.type === 'ExternalName') return toExternalName(facts, question, source, service, portText, steps)
  if (number === undefined) return none({ kind: 'port-missing', service, port: portText, protocol })
  const ref = refOf('Service', service)
  if (isHeadless(service)) {
    const found = headlessAddresses(facts, question, source, service)
    if ('kind' in found) return none(found)
    const targets = found.map((address) => ({ address, port: number }))
    return { ...to(targets, { code: 'headless', service: ref, addresses: found }), byName: true }
  }
  const outside = source.kind === 'host' || source.kind === 'outside'
  const balanced = outside && service.spec?.type === 'LoadBalancer'
  if (balanced && ingressOf(service).length === 0) return none({ kind: 'load-balancer-pending', service })
  // No network outside of a cluster of others leads to a ClusterIP: there a Service is its node port.
  const [node] =
    facts.network.foreign && outside && !balanced && service.spec?.type === 'NodePort' && port?.nodePort
      ? nodesToAsk(facts, service, familyOfText(source.addresses[0] ?? ''))
      : []
  if (node !== undefined && port?.nodePort)
    return to([{ address: node.address, port: port.nodePort }], {
      code: 'service-node-port',
      service: ref,
      node: node.name,
      port: port.nodePort,
    })
  const addresses = balanced ? ingressOf(service) : clusterIpsOf(service)
  const address = ofFamily(addresses, question, source)
  if (address === undefined) return none({ kind: 'family-missing', service, addresses })
  const several = portText === undefined && port !== undefined && (service.spec?.ports ?? []).length > 1
  return to([{ address, port: number }], {
    code: 'service-address',
    service: ref,
    role: balanced ? 'load-balancer' : 'cluster-ip',
    addresses,
    ...(several && { port: chosenPort(service, port) }),
  })
}

function toExternalName(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  service: Service,
  portText: string | undefined,
  steps: readonly Step[],
): Destination {
  const protocol = question.protocol ?? 'TCP'
  const target = (service.spec?.externalName ?? '').replace(/\.$/, '').toLowerCase()
  const step: Step = { code: 'external-name', service: refOf('Service', service), target }
  const answer = resolveName(facts, question, source, `${target}.`)
  // A chain of names that leads back to its start has no addresses.
  const isChain = answer.kind === 'service' && answer.service.spec?.type === 'ExternalName'
  if (answer.kind === 'service' && (!isChain || addressesOfName(facts, target).length > 0))
    return toService(facts, question, source, answer.service, portText, [...steps, step])
  if (answer.kind === 'addresses') return toOneOf(facts, question, source, answer.addresses, portText, [...steps, step])
  return { ...nowhere(protocol, { kind: 'external-name', service, target }, [...steps, step]), service }
}
