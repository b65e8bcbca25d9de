import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { type DestinationText, parseDestination } from '../ask/destination-text.ts'
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
import { nameOf } from '../cluster/names.ts'
import { nodesToAsk } from '../cluster/nodes-to-ask.ts'
import { refOf } from '../cluster/reference.ts'
import type { Question } from '../trace/question.ts'
import type { Step } from '../trace/step.ts'
import { listed } from '../words/text.ts'
import { chosenPort, type Destination, nodePortHint, podPort, type Target, toAddress } from './address-destination.ts'
import type { DeadEnd } from './dead-end.ts'
import { resolveName } from './dns-name.ts'
import { headlessAddresses } from './headless.ts'
import { namespaceOf, nodeHint, podHint, type Source, sourceAddress } from './source.ts'

const nowhere = (protocol: Protocol, deadEnd: DeadEnd, steps: readonly Step[] = []): Destination => ({
  protocol,
  service: undefined,
  targets: [],
  steps,
  deadEnd,
})

/** Finds what is asked. Throws ExplainError where the text is no destination, or of the other family. */
export function resolveDestination(facts: ClusterFacts, question: Question, source: Source): Destination {
  const text = parseDestination(question.to, namespaceOf(question, source), (host) => meant(facts, host))
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
    case 'pod': {
      const pod = find(facts.pods, text.name, text.namespace)
      if (pod === undefined)
        throw new ExplainError(
          'DESTINATION_MALFORMED',
          `there is no pod ${text.name} in namespace ${text.namespace}`,
          podHint(facts, text.namespace, text.name),
        )
      const what = `pod ${nameOf(pod)}`
      const port = podPort(facts, question, pod, text.port)
      return toAddress(facts, question, {
        kind: 'address',
        address: own(podAddresses(pod), question, source, what),
        port,
      })
    }
    case 'node': {
      const node = find(facts.nodes, text.name)
      if (node === undefined)
        throw new ExplainError('DESTINATION_MALFORMED', `there is no node ${text.name}`, nodeHint(facts))
      const address = own(nodeAddresses(node), question, source, `node ${text.name}`)
      if (text.port !== undefined && !/^\d+$/.test(text.port))
        throw new ExplainError(
          'DESTINATION_MALFORMED',
          `--to ${question.to}: a port of a node has no name`,
          nodePortHint(facts, address),
        )
      return toAddress(facts, question, { kind: 'address', address, port: text.port })
    }
  }
}

/** What a person may have meant who left out the kind: `shop/web`. */
function meant(facts: ClusterFacts, host: string): string | undefined {
  if (facts.services.some((one) => nameOf(one) === host)) return `${host} is a Service: write svc/${host}`
  if (facts.pods.some((one) => nameOf(one) === host)) return `${host} is a pod: write pod/${host} and a port`
  return undefined
}

/** The address of a pod or a node that can be asked. Throws ExplainError. */
function own(addresses: readonly string[], question: Question, source: Source, what: string): string {
  const address = ofFamily(addresses, question, source)
  if (address !== undefined) return address
  throw new ExplainError(
    addresses.length === 0 ? 'DESTINATION_MALFORMED' : 'FAMILY_MISMATCH',
    addresses.length === 0
      ? `${what} has no address (yet)`
      : `${what} has no address of that family: it has ${listed(addresses)}`,
  )
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
  const steps: readonly Step[] = [{ code: 'name-of-addresses', name, fullName, addresses: answer.addresses }]
  const address = ofFamily(answer.addresses, question, source)
  if (address === undefined || port === undefined)
    throw new ExplainError('DESTINATION_MALFORMED', `--to ${question.to} has no ${port ? 'such address' : 'port'}`)
  if (!/^\d+$/.test(port))
    throw new ExplainError('DESTINATION_MALFORMED', `--to ${question.to}: the port of a pod’s name is a number`)
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
  // A chain of names that leads back to its start resolves nowhere.
  if (answer.kind === 'service' && answer.service.spec?.type !== 'ExternalName')
    return toService(facts, question, source, answer.service, portText, [...steps, step])
  return { ...nowhere(protocol, { kind: 'external-name', service, target }, [...steps, step]), service }
}
