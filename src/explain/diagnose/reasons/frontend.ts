import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { socketText } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { clusterIpsOf, familyOfText, ingressOf, isHeadless } from '../../cluster/lookup.ts'
import { nearest } from '../../cluster/nearest.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import type { Source } from '../../resolve/source.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding, ToldFinding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { listed } from '../../words/text.ts'
import { ask, askAddress, askClusterIp, look, patch, where } from '../cure.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

export const portText = ({ port, name, protocol }: ServicePort): string =>
  `${port}/${protocol || 'TCP'}${name ? ` (${name})` : ''}`

const portsOf = ({ spec }: Service): readonly ServicePort[] => spec?.ports ?? []

/** `svc/NAME:PORTNAME` where no port has that name, or a Service without any port of that protocol. */
export function portMissing(
  question: Question,
  service: Service,
  text: string | undefined,
  protocol: Protocol,
): Finding {
  const name = keyOf(service)
  const all = portsOf(service)
  const near = nearest(
    text ?? '',
    all.map((port) => port.name ?? ''),
  )
  const meant = all.filter((port) => near.includes(port.name ?? ''))
  return {
    reason: 'port-not-served',
    message:
      text === undefined
        ? `Service ${name} has no ${protocol} port`
        : `Service ${name} has no ${protocol} port ${text}`,
    details: [`it serves ${listed(all.map(portText))}`],
    cures: (meant.length > 0 ? meant : all).map((port) =>
      askPort(question, service, port, 'ask a port that it serves'),
    ),
  }
}

const askPort = (question: Question, service: Service, port: ServicePort, effect: string): Cure => {
  const protocol = port.protocol || 'TCP'
  const more = protocol === (question.protocol ?? 'TCP') ? {} : { protocol }
  return ask(question, `${effect}: ${portText(port)}`, `svc/${keyOf(service)}:${port.port}`, more)
}

/** A ClusterIP or a load balancer address that is asked for a port which its Service does not serve. */
export function portNotServed(
  facts: ClusterFacts,
  question: Question,
  service: Service,
  asked: { readonly address: string; readonly port: number; readonly protocol: Protocol },
): ToldFinding {
  const { address, port, protocol } = asked
  const all = portsOf(service)
  const cures: Cure[] = []
  const details = [`it serves ${listed(all.map(portText))}`]
  const isNodePort = all.find((one) => one.nodePort === port)
  if (isNodePort !== undefined) {
    const [node] = nodesToAsk(facts, service, familyOfText(address))
    details.push(`${port} is its node port, which answers at the nodes’ addresses alone`)
    if (node !== undefined) cures.push(askAddress(question, 'ask a node', node.address, port))
  }
  const otherProtocol = all.find((one) => one.port === port && (one.protocol || 'TCP') !== protocol)
  if (otherProtocol !== undefined) {
    details.push(`${port} is served over ${otherProtocol.protocol || 'TCP'}, not over ${protocol}`)
    cures.push(askPort(question, service, otherProtocol, 'ask over the other protocol'))
  }
  const atTarget = all.filter((one) => (one.protocol || 'TCP') === protocol && targetNumber(one) === port)
  for (const one of atTarget) details.push(`${port} is where its pods listen (targetPort); clients ask ${one.port}`)
  const sameProtocol = all.filter((one) => (one.protocol || 'TCP') === protocol)
  const meant = isNodePort !== undefined ? [isNodePort] : atTarget.length > 0 ? atTarget : sameProtocol
  for (const one of meant.slice(0, 3)) {
    const to = socketText(address, one.port)
    cures.push(ask(question, `ask a port that it serves: ${portText(one)}`, to))
  }
  if (meant[0] !== undefined && otherProtocol === undefined && isNodePort === undefined)
    cures.push(patch(`or let it serve ${port} too`, 'service', service, addPort(service, meant[0], port)))
  return {
    reason: 'port-not-served',
    message: `${keyOf(service)} does not serve ${port}/${protocol} at ${address}`,
    details,
    cures,
  }
}

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
  const name = keyOf(service)
  const wanted = question.family ?? (source.addresses[0] ? familyOfText(source.addresses[0]) : 'IPv4')
  const has = [...new Set(addresses.map(familyOfText))]
  const twoRanges = new Set(facts.network.serviceCidrs.map(familyOfText)).size > 1
  const cures: Cure[] = []
  if (twoRanges && !isHeadless(service) && has.length === 1)
    cures.push(
      patch(`give it an ${wanted} address too`, 'service', service, {
        spec: { ipFamilyPolicy: 'RequireDualStack', ipFamilies: [has[0], wanted] },
      }),
    )
  if (
    question.family !== undefined &&
    has[0] !== undefined &&
    source.addresses.some((one) => familyOfText(one) === has[0])
  )
    cures.push(ask({ ...question, family: undefined }, `or ask over ${has[0]}`, question.to))
  return {
    reason: 'family-missing',
    message:
      addresses.length === 0
        ? `Service ${name} has no address yet`
        : `Service ${name} has no ${wanted} address: its ipFamilies are ${listed(service.spec?.ipFamilies ?? has)} (${service.spec?.ipFamilyPolicy ?? 'SingleStack'})`,
    cures,
  }
}

/** Of type LoadBalancer, without an address. */
export function loadBalancerPending(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  service: Service,
): Finding {
  const name = keyOf(service)
  const { spec, metadata } = service
  const told = facts.events.filter(
    ({ involvedObject, type }) => involvedObject.uid === metadata?.uid && type === 'Warning',
  )
  const details = told.slice(-1).map(({ message }) => message ?? '')
  const cures: Cure[] = []
  if (spec?.loadBalancerClass && spec.loadBalancerClass !== 'fairlead.io/pool')
    details.push(
      `its loadBalancerClass ${spec.loadBalancerClass} is another implementation’s, and cannot be changed while the type stays`,
    )
  else if (facts.network.foreign)
    details.push(
      'something in the cluster must give out addresses: a cloud’s controller manager, or a load balancer of your own; is it there, and what does it say?',
    )
  else if (facts.network.loadBalancer === 'none')
    details.push('the cluster was started with --load-balancer none: nobody gives out addresses')
  else if (spec?.loadBalancerIP)
    cures.push(
      patch(`let it take any free address instead of ${spec.loadBalancerIP}`, 'service', service, {
        spec: { loadBalancerIP: null },
      }),
    )
  const from =
    source.addresses.find((one) => question.family === undefined || familyOfText(one) === question.family) ?? ''
  const [node] = nodesToAsk(facts, service, familyOfText(from))
  const port = portsOf(service).find(({ nodePort }) => nodePort)
  if (port?.nodePort && node !== undefined)
    cures.push(askAddress(question, 'or ask its node port', node.address, port.nodePort))
  cures.push(...askClusterIp(facts, question, from, service, portsOf(service)[0]?.port, 'or ask its ClusterIP'))
  if (cures.length === 0)
    cures.push(
      look('what is told of it', 'kubectl', 'describe', 'service', metadata?.name ?? '', ...where(metadata?.namespace)),
    )
  return {
    reason: 'load-balancer-pending',
    message: `Service ${name} has no load balancer address yet`,
    details,
    cures,
  }
}

/** The other addresses of a Service, for those who asked at the wrong one. */
export const addressesOf = (service: Service): readonly string[] => [...clusterIpsOf(service), ...ingressOf(service)]
