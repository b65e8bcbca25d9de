import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { familyOfText, isLoopback, nodePortAt, portAt } from '../../cluster/lookup.ts'
import { nodesToAsk } from '../../cluster/nodes-to-ask.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { Path } from '../../walk/path.ts'
import { ask, askAddress } from '../cure.ts'
import { targetPortClosed } from '../reasons/target-port.ts'
import { notANode } from './address.ts'

/** A sender that asks itself, most likely for a Service that it takes to be there. */
export function itself(facts: ClusterFacts, question: Question, { target, protocol }: Path): Finding {
  const { address, port } = target
  if (!isLoopback(address)) {
    const known =
      notANode(facts, question, target, protocol) ??
      targetPortClosed(facts, question, undefined, undefined, target, protocol)
    if (known !== undefined) return known
  }
  const nodePort = facts.services.find((one) => nodePortAt(one, port, protocol) !== undefined)
  const [node] = nodePort === undefined ? [] : nodesToAsk(facts, nodePort, familyOfText(address))
  const meant = facts.services.filter((one) => portAt(one, port, protocol) !== undefined).slice(0, 3)
  return {
    reason: 'asks-itself',
    address,
    port,
    protocol,
    cures: [
      ...(nodePort !== undefined && node !== undefined
        ? [askAddress(question, { code: 'ask-node-port-of', service: refOf('Service', nodePort) }, node.address, port)]
        : []),
      ...meant.map((one) =>
        ask(question, { code: 'ask-service', service: refOf('Service', one) }, `svc/${keyOf(one)}:${port}`),
      ),
    ],
  }
}
