import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import { isManaged } from '#routes/site-service.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { familyOfText, nodePortAt } from '../../cluster/lookup.ts'
import { nearest } from '../../cluster/nearest.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Source } from '../../resolve/source.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding, FindingFrame } from '../../trace/finding.ts'
import type { LoadBalancerPending, PortNotServed } from '../../trace/findings/frontend.ts'
import type { Question } from '../../trace/question.ts'
import type { PortRef } from '../../trace/walk/entry.ts'
import { ask, askAddress, look, or, patch, where } from '../cure.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

const portsOf = ({ spec }: Service): readonly ServicePort[] => spec?.ports ?? []

/** `svc/NAME:PORTNAME` where no port has that name, or a Service without any port of that protocol. */
export function portMissing(
  question: Question,
  service: Service,
  text: string | undefined,
  protocol: Protocol,
): Finding {
  const all = portsOf(service)
  const near = nearest(
    text ?? '',
    all.map((port) => port.name ?? ''),
  )
  const meant = all.filter((port) => near.includes(port.name ?? ''))
  return {
    reason: 'port-not-served',
    service: refOf('Service', service),
    protocol,
    ...(text !== undefined && { port: text }),
    serves: all.map(portRef),
    isNodePort: false,
    targetOf: [],
    cures: (meant.length > 0 ? meant : all).map((port) => askPort(question, service, port, 'ask-served-port')),
  }
}

const askPort = (
  question: Question,
  service: Service,
  port: ServicePort,
  code: 'ask-served-port' | 'ask-other-protocol',
): Cure => {
  const protocol = port.protocol || 'TCP'
  const more = protocol === (question.protocol ?? 'TCP') ? {} : { protocol }
  return ask(question, { code, port: portRef(port) }, `svc/${keyOf(service)}:${port.port}`, more)
}

/** A ClusterIP or a load balancer address that is asked for a port which its Service does not serve. */
export function portNotServed(
  facts: ClusterFacts,
  question: Question,
  service: Service,
  asked: { readonly address: string; readonly port: number; readonly protocol: Protocol },
): PortNotServed & FindingFrame {
  const { address, port, protocol } = asked
  const all = portsOf(service)
  const nodePort = nodePortAt(service, port, protocol)
  const otherProtocol = all.find((one) => one.port === port && (one.protocol || 'TCP') !== protocol)
  const sameProtocol = all.filter((one) => (one.protocol || 'TCP') === protocol)
  const atTarget = sameProtocol.filter((one) => targetNumber(one) === port)
  const meant = nodePort !== undefined ? [nodePort] : atTarget.length > 0 ? atTarget : sameProtocol
  const [node] = nodePort === undefined ? [] : nodesToAsk(facts, service, familyOfText(address))
  const cures: Cure[] = []
  if (node !== undefined) cures.push(askAddress(question, { code: 'ask-node', node: node.name }, node.address, port))
  if (otherProtocol !== undefined) cures.push(askPort(question, service, otherProtocol, 'ask-other-protocol'))
  for (const one of meant.slice(0, 3))
    cures.push(askAddress(question, { code: 'ask-served-port', port: portRef(one) }, address, one.port))
  // The ports of a gateway are those of its listeners.
  if (meant[0] !== undefined && otherProtocol === undefined && nodePort === undefined && !isManaged(service))
    cures.push(or(patch({ code: 'serve-port', port }, 'service', service, addPort(service, meant[0], port))))
  return {
    reason: 'port-not-served',
    service: refOf('Service', service),
    protocol,
    port: String(port),
    address,
    serves: all.map(portRef),
    isNodePort: nodePort !== undefined,
    ...(otherProtocol && { servedOver: otherProtocol.protocol || 'TCP' }),
    targetOf: atTarget.map((one) => one.port),
    cures,
  }
}

const portRef = ({ port, protocol, name }: ServicePort): PortRef => ({
  port,
  protocol: protocol || 'TCP',
  ...(name && { name }),
})

const targetNumber = ({ targetPort, port }: ServicePort): number | undefined =>
  typeof targetPort === 'number' ? targetPort || port : targetPort ? undefined : port

/** JSON patch: another port with the same target. Several ports must all have names. */
function addPort(service: Service, like: ServicePort, port: number): readonly object[] {
  const naming = portsOf(service).flatMap((one, index) =>
    one.name ? [] : [{ op: 'add', path: `/spec/ports/${index}/name`, value: `port-${one.port}` }],
  )
  const target = like.targetPort || like.port
  const protocol = like.protocol || 'TCP'
  return [
    ...naming,
    { op: 'add', path: '/spec/ports/-', value: { name: `port-${port}`, port, protocol, targetPort: target } },
  ]
}

/** A family that the Service does not have, or that the sender does not have. */
export function familyMissing(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  service: Service,
  addresses: readonly string[],
): Finding {
  const wanted = question.family ?? (source.addresses[0] ? familyOfText(source.addresses[0]) : 'IPv4')
  const has = [...new Set(addresses.map(familyOfText))]
  const twoRanges = new Set(facts.network.serviceCidrs.map(familyOfText)).size > 1
  const cures: Cure[] = []
  if (twoRanges && !isHeadless(service) && has.length === 1)
    cures.push(
      patch({ code: 'give-family', family: wanted }, 'service', service, {
        spec: { ipFamilyPolicy: 'RequireDualStack', ipFamilies: [has[0], wanted] },
      }),
    )
  if (
    question.family !== undefined &&
    has[0] !== undefined &&
    source.addresses.some((one) => familyOfText(one) === has[0])
  )
    cures.push(askOverFamily(question, has[0], cures.length > 0))
  return {
    reason: 'family-missing',
    family: wanted,
    of: 'service',
    service: refOf('Service', service),
    has: addresses.length === 0 ? [] : (service.spec?.ipFamilies ?? has),
    policy: service.spec?.ipFamilyPolicy ?? 'SingleStack',
    cures,
  }
}

function askOverFamily(question: Question, family: IpFamily, isAlternative: boolean): Cure {
  const cure = ask({ ...question, family: undefined }, { code: 'ask-over-family', family }, question.to)
  return isAlternative ? or(cure) : cure
}

/** Of type LoadBalancer, without an address. */
export function loadBalancerPending(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  service: Service,
): Finding {
  const { spec, metadata } = service
  const told = facts.events.filter(
    ({ involvedObject, type }) => involvedObject.uid === metadata?.uid && type === 'Warning',
  )
  const warning = told.at(-1)?.message
  const cause = pendingCause(facts, service)
  const cures: Cure[] = []
  if (cause === undefined && spec?.loadBalancerIP)
    cures.push(
      patch({ code: 'take-any-address', insteadOf: spec.loadBalancerIP }, 'service', service, {
        spec: { loadBalancerIP: null },
      }),
    )
  const from =
    source.addresses.find((one) => question.family === undefined || familyOfText(one) === question.family) ?? ''
  const [node] = nodesToAsk(facts, service, familyOfText(from))
  const port = portsOf(service).find(({ nodePort }) => nodePort)
  if (port?.nodePort && node !== undefined) {
    const cure = askAddress(question, { code: 'ask-node-port' }, node.address, port.nodePort)
    cures.push(cures.length > 0 ? or(cure) : cure)
  }
  if (cures.length === 0) {
    const describe = ['kubectl', 'describe', 'service', metadata?.name ?? '', ...where(metadata?.namespace)]
    cures.push(look({ code: 'show-description' }, ...describe))
  }
  return {
    reason: 'load-balancer-pending',
    service: refOf('Service', service),
    ...(warning !== undefined && { warning }),
    ...(cause && { cause }),
    cures,
  }
}

/** Why nobody here gives it an address; undefined where somebody would. */
function pendingCause({ network }: ClusterFacts, { spec }: Service): LoadBalancerPending['cause'] {
  if (spec?.loadBalancerClass && spec.loadBalancerClass !== 'fairlead.io/pool')
    return { code: 'other-class', class: spec.loadBalancerClass }
  if (network.foreign) return { code: 'others-give' }
  return network.loadBalancer === 'none' ? { code: 'nobody-gives' } : undefined
}
