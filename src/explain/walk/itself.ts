import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { declaredPorts, listens } from '../cluster/listening.ts'
import { nameOf, withProtocol } from '../cluster/names.ts'
import type { PathOutcome, Step } from '../explanation.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { Source } from '../resolve/source.ts'

const ENDS = {
  yes: 'it listens there',
  unknown: 'whether it listens is not known',
  no: 'nothing listens there: refused',
  'loopback-only': 'it listens there at its loopback address only: refused',
}

/** A packet that never leaves its sender: to a loopback address, or to its own. */
export function itself(facts: ClusterFacts, source: Source, target: Target, protocol: Protocol) {
  const { address, port } = target
  const { pod, node, onNode, kind } = source
  const place = onNode ? `node/${node}` : pod !== undefined ? `pod/${pod.metadata?.uid}` : (node ?? kind)
  const open = listens(facts.listening[place], protocol, address, port)
  const declared = pod !== undefined && declaredPorts(pod, protocol).some((one) => one.port === port)
  const text = `${withProtocol(address, port, protocol)} is the sender itself, no Service has a part in it; ${ENDS[open]}`
  const outcome: PathOutcome = {
    node,
    verdict: open === 'no' || open === 'loopback-only' ? 'closed' : 'deliver',
    ...(open === 'unknown' && { listensUnknown: true, ...(!declared && { undeclared: true }) }),
    backend: { ...target, pod: pod && nameOf(pod) },
    sourceSeen: address,
  }
  const steps: readonly Step[] = [{ at: source.name, text }]
  return { steps, outcomes: [outcome], candidates: [], decisions: [], walks: [] }
}
