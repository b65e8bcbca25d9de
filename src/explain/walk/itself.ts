import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { declaredPorts, listens } from '../cluster/listening.ts'
import { refOf } from '../cluster/reference.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { Source } from '../resolve/source.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Step } from '../trace/walk/step.ts'

/** A packet that never leaves its sender: to a loopback address, or to its own. */
export function itself(
  facts: ClusterFacts,
  { sender, pod, node, onNode }: Source,
  target: Target,
  protocol: Protocol,
): { readonly step: Step; readonly outcome: PathOutcome } {
  const { address, port } = target
  const place = onNode ? `node/${node}` : pod !== undefined ? `pod/${pod.metadata?.uid}` : sender.kind
  const open = listens(facts.listening[place], protocol, address, port)
  const declared = pod !== undefined && declaredPorts(pod, protocol).some((one) => one.port === port)
  return {
    step: { code: 'itself', to: target, protocol, listens: open },
    outcome: {
      ...(node !== undefined && { node }),
      verdict: open === 'no' || open === 'loopback-only' ? 'closed' : 'deliver',
      ...(open === 'unknown' && { listensUnknown: true, ...(!declared && { undeclared: true }) }),
      backend: { ...target, ...(pod && { pod: refOf('Pod', pod) }) },
      sourceSeen: address,
    },
  }
}
