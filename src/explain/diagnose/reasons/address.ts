import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { socketText } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import { LAST_APPLIED_ANNOTATION } from '#objects/well-known.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { clusterIpsOf, familyOfText, inCidrs, isHeadless, nodeAt } from '../../cluster/lookup.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { listed } from '../../words/text.ts'
import { ask, askAddress, askClusterIp, patch } from '../cure.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

const hasNodePort = ({ spec }: Service, port: number, protocol: Protocol): boolean =>
  (spec?.type === 'NodePort' || spec?.type === 'LoadBalancer') &&
  (spec.ports ?? []).some((one) => one.nodePort === port && (one.protocol || 'TCP') === protocol)

/** A port of a node's address that is no node port. */
export function nodePortUnknown(facts: ClusterFacts, question: Question, target: Target, protocol: Protocol): Finding {
  const { address, port } = target
  const node = nodeAt(facts, address)?.metadata?.name ?? address
  const changed = typeChanged(facts, port, protocol)
  if (changed !== undefined) return typeFinding(changed.service, changed.port, port, node, protocol)
  const others = facts.services.flatMap((service) =>
    (service.spec?.ports ?? []).flatMap((one) =>
      one.nodePort && hasNodePort(service, one.nodePort, one.protocol || 'TCP') ? [{ service, one }] : [],
    ),
  )
  const byPort = others.filter(({ one }) => one.port === port)
  const details = others
    .slice(0, 10)
    .map(({ service, one }) => `${one.nodePort}/${one.protocol || 'TCP'} is ${keyOf(service)}`)
  const { from, to } = facts.network.nodePortRange
  if (port < from || port > to) details.push(`node ports are ${from} to ${to}`)
  const near = byPort.length > 0 ? byPort : others.filter(({ one }) => (one.protocol || 'TCP') === protocol)
  return {
    reason: 'node-port-unknown',
    message: `no Service has the node port ${port}/${protocol}, and nothing of ${node} itself listens there`,
    details: details.length > 0 ? details : ['no Service has a node port'],
    cures: near.slice(0, 3).map(({ service, one }) => {
      const all = nodesToAsk(facts, service, familyOfText(address))
      // Under policy Local the node that was asked may have no endpoint.
      const at = service.spec?.externalTrafficPolicy === 'Local' ? (all[0]?.address ?? address) : address
      return askAddress(question, `ask the node port of ${keyOf(service)}`, at, one.nodePort as number)
    }),
  }
}

/** A Service that once had, or was once meant to have, this node port: as its last-applied-configuration tells. */
function typeChanged(
  facts: ClusterFacts,
  nodePort: number,
  protocol: Protocol,
): { readonly service: Service; readonly port: ServicePort } | undefined {
  for (const service of facts.services) {
    if (service.spec?.type === 'NodePort' || service.spec?.type === 'LoadBalancer') continue
    const text = service.metadata?.annotations?.[LAST_APPLIED_ANNOTATION]
    const applied = text ? lastPorts(text) : []
    const before = applied.find((one) => one.nodePort === nodePort && (one.protocol || 'TCP') === protocol)
    const port = (service.spec?.ports ?? []).find(
      (one) => one.nodePort === nodePort || (one.port === before?.port && (one.protocol || 'TCP') === protocol),
    )
    if (port !== undefined) return { service, port }
  }
  return undefined
}

function lastPorts(text: string): readonly ServicePort[] {
  try {
    return (JSON.parse(text) as Service).spec?.ports ?? []
  } catch {
    // Anybody may write an annotation.
    return []
  }
}

function typeFinding(service: Service, port: ServicePort, nodePort: number, node: string, protocol: Protocol): Finding {
  const type = service.spec?.type ?? 'ClusterIP'
  const index = (service.spec?.ports ?? []).indexOf(port)
  return {
    reason: 'type-changed',
    message: `${keyOf(service)} had the node port ${nodePort}/${protocol}, but it is of type ${type} now: ${node} does not answer for it`,
    details: [`it answers at ${listed(clusterIpsOf(service).map((ip) => socketText(ip, port.port)))} alone`],
    cures: [
      patch('give it node ports again', 'service', service, [
        { op: 'replace', path: '/spec/type', value: 'NodePort' },
        { op: 'add', path: `/spec/ports/${index}/nodePort`, value: nodePort },
      ]),
    ],
  }
}

/** A node port that is asked at an address which is no node's: a pod's, the host's, a ClusterIP, the fabric's. */
export function notANode(
  facts: ClusterFacts,
  question: Question,
  { address, port }: Target,
  protocol: Protocol,
): Finding | undefined {
  if (nodeAt(facts, address) !== undefined) return undefined
  const service = facts.services.find((one) => hasNodePort(one, port, protocol))
  if (service === undefined) return undefined
  const nodes = nodesToAsk(facts, service, familyOfText(address))
  return {
    reason: 'not-a-node',
    message: `${port} is the node port of ${keyOf(service)}, and ${address} is no node: node ports answer at the nodes’ own addresses`,
    details: nodes.map((node) => `${node.name} is ${node.address}`),
    cures: nodes.slice(0, 1).map((node) => askAddress(question, `ask ${node.name}`, node.address, port)),
  }
}

/** An address of the range of Services that none has. */
export function unassigned(facts: ClusterFacts, question: Question, { address, port }: Target): Finding | undefined {
  if (!inCidrs(facts.network.serviceCidrs, address)) return undefined
  const headless = facts.services.filter(isHeadless)
  const samePort = facts.services.filter(
    (one) => clusterIpsOf(one).length > 0 && (one.spec?.ports ?? []).some((two) => two.port === port),
  )
  const cures: Cure[] = samePort
    .slice(0, 3)
    .map((one) => ask(question, `if ${keyOf(one)} is meant`, `svc/${keyOf(one)}:${port}`))
  return {
    reason: 'cluster-ip-unassigned',
    message: `no Service has ${address}: a ClusterIP goes when its Service is deleted, and a new one gets another`,
    details: [
      'ask a Service by its name, which stays',
      ...(headless.length > 0
        ? [`${listed(headless.map(keyOf))} ${headless.length === 1 ? 'is' : 'are'} headless and never had one`]
        : []),
    ],
    cures,
  }
}

/** An external IP that Services claim and nobody leads to a node. */
export function notRouted(
  facts: ClusterFacts,
  question: Question,
  { address, port }: Target,
  source: string,
): Finding | undefined {
  const service = facts.services.find((one) => one.spec?.externalIPs?.includes(address))
  if (service === undefined) return undefined
  return {
    reason: 'external-ip-not-routed',
    message: `${address} is an external IP of ${keyOf(service)}, but no route leads it to a node: that is up to the network outside`,
    details: ['every node answers for it, once a packet with that address reaches one'],
    cures: askClusterIp(facts, question, source, service, port, 'ask the ClusterIP'),
  }
}
