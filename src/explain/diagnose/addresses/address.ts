import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { LAST_APPLIED_ANNOTATION } from '#objects/well-known.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { clusterIpsOf, familyOfText, inCidrs, nodeAt } from '../../cluster/lookup.ts'
import { nodePortRef, nodePortsOf } from '../../cluster/node-ports.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { askAddress, askClusterIp, ifMeant, patch } from '../cure.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** A port of a node's address that is no node port. */
export function nodePortUnknown(facts: ClusterFacts, question: Question, target: Target, protocol: Protocol): Finding {
  const { address, port } = target
  const node = nodeAt(facts, address)?.metadata?.name ?? address
  const changed = typeChanged(facts, port, protocol)
  if (changed !== undefined) return typeFinding(changed.service, changed.port, port, node, protocol)
  const all = nodePortsOf(facts)
  const { from, to } = facts.network.nodePortRange
  const byPort = all.filter(({ servicePort }) => servicePort.port === port)
  const near = byPort.length > 0 ? byPort : all.filter((one) => one.protocol === protocol)
  return {
    reason: 'node-port-unknown',
    node,
    port,
    protocol,
    known: all.slice(0, 10).map(nodePortRef),
    ...((port < from || port > to) && { range: { from, to } }),
    cures: near.slice(0, 3).map(({ service, port: nodePort }) => {
      const nodes = nodesToAsk(facts, service, familyOfText(address))
      // Under policy Local the node that was asked may have no endpoint.
      const at = service.spec?.externalTrafficPolicy === 'Local' ? (nodes[0]?.address ?? address) : address
      return askAddress(question, { code: 'ask-node-port-of', service: refOf('Service', service) }, at, nodePort)
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
  const index = (service.spec?.ports ?? []).indexOf(port)
  return {
    reason: 'type-changed',
    service: refOf('Service', service),
    type: service.spec?.type ?? 'ClusterIP',
    node,
    nodePort,
    protocol,
    answersAt: clusterIpsOf(service).map((address) => ({ address, port: port.port })),
    cures: [
      patch({ code: 'restore-node-port' }, 'service', service, [
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
  const service = nodePortsOf(facts).find((one) => one.port === port && one.protocol === protocol)?.service
  if (service === undefined) return undefined
  const nodes = nodesToAsk(facts, service, familyOfText(address))
  return {
    reason: 'not-a-node',
    address,
    port,
    service: refOf('Service', service),
    nodes,
    cures: nodes
      .slice(0, 1)
      .map((node) => askAddress(question, { code: 'ask-node', node: node.name }, node.address, port)),
  }
}

/** An address of the range of Services that none has. */
export function unassigned(facts: ClusterFacts, question: Question, { address, port }: Target): Finding | undefined {
  if (!inCidrs(facts.network.serviceCidrs, address)) return undefined
  const samePort = facts.services.filter(
    (one) => clusterIpsOf(one).length > 0 && (one.spec?.ports ?? []).some((two) => two.port === port),
  )
  return {
    reason: 'cluster-ip-unassigned',
    address,
    headless: facts.services.filter(isHeadless).map((one) => refOf('Service', one)),
    cures: samePort.slice(0, 3).map((one) => ifMeant(question, one, port)),
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
    address,
    service: refOf('Service', service),
    cures: askClusterIp(facts, question, source, service, port, { code: 'ask-cluster-ip' }),
  }
}
