import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { declaredPorts } from '../../cluster/listening.ts'
import { backendPod, nodeAt } from '../../cluster/lookup.ts'
import { nodePortRef, nodePortsOf } from '../../cluster/node-ports.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { ask, look, where } from '../cure.ts'

/** A port that nobody could look at, and of which nobody says that a program listens there. */
export function listenerUnknown(
  facts: ClusterFacts,
  question: Question,
  { address, port }: Target,
  protocol: Protocol,
): Finding {
  const unknown = { reason: 'listener-unknown', address, port, protocol, doubt: true } as const
  const pod = backendPod(facts, address, undefined)
  if (pod !== undefined) {
    const { name = '', namespace } = pod.metadata ?? {}
    const declared = declaredPorts(pod, protocol)
    const asks = declared
      .slice(0, 3)
      .map((one): Cure => ask(question, { code: 'ask-declared-port' }, `pod/${keyOf(pod)}:${one.port}`))
    const sockets = ['kubectl', 'exec', name, ...where(namespace), '--', 'cat', '/proc/net/tcp', '/proc/net/tcp6']
    return {
      ...unknown,
      of: 'pod',
      pod: refOf('Pod', pod),
      declared: declared.map((one) => ({ port: one.port, protocol, ...(one.name && { name: one.name }) })),
      cures: [...asks, look({ code: 'show-sockets' }, ...sockets)],
    }
  }
  const node = nodeAt(facts, address)?.metadata?.name
  if (node === undefined) return { ...unknown, of: 'outside', cures: [] }
  const nodePorts = nodePortsOf(facts).slice(0, 5).map(nodePortRef)
  return { ...unknown, of: 'node', node, range: facts.network.nodePortRange, nodePorts, cures: [] }
}
