import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf, splitKey } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { claimantRef, find } from '../../cluster/lookup.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Target } from '../../resolve/address-destination.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import type { Decision } from '../../walk/decision.ts'
import type { Path } from '../../walk/path.ts'
import { askClusterIp, look, or, patch } from '../cure.ts'
import { portNotServed } from './frontend.ts'

/** Another Service answers in the place of the one that was asked for by name. */
export function lostClaim(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  { claimed, lost }: Decision,
  asked: Service | undefined,
): Finding | undefined {
  if (asked === undefined || claimed === undefined || claimed.service === keyOf(asked)) return undefined
  if (!lost.includes(keyOf(asked))) return undefined
  const { address, port, protocol } = claimed.frontend
  const { namespace, name } = splitKey(claimed.service)
  const winner = find(facts.services, name, namespace)
  const index = winner?.spec?.externalIPs?.indexOf(address ?? '') ?? -1
  const cures: Cure[] = []
  if (winner !== undefined && index >= 0)
    cures.push(
      patch({ code: 'free-claim', service: refOf('Service', winner) }, 'service', winner, [
        { op: 'remove', path: `/spec/externalIPs/${index}` },
      ]),
    )
  else if (asked.spec?.loadBalancerIP)
    cures.push(patch({ code: 'take-any-address' }, 'service', asked, { spec: { loadBalancerIP: null } }))
  const own = askClusterIp(facts, question, path.source, asked, port, { code: 'ask-cluster-ip' })
  cures.push(...(cures.length > 0 ? own.map(or) : own))
  return {
    reason: 'lost-claim',
    service: refOf('Service', asked),
    winner: claimantRef(claimed.service),
    ...(address !== undefined && { address }),
    port,
    protocol,
    cures,
  }
}

/** Two Services share an address, and the port that is asked is the other one's. */
export function answeredByAnother(
  facts: ClusterFacts,
  question: Question,
  { address, port }: Target,
  protocol: Protocol,
  { claimed }: Decision,
  asked: Service | undefined,
): Finding | undefined {
  if (asked === undefined || claimed === undefined || claimed.service === keyOf(asked)) return undefined
  const serves = asked.spec?.ports?.some((one) => one.port === port && (one.protocol || 'TCP') === protocol)
  if (serves) return undefined
  const finding = portNotServed(facts, question, asked, { address, port, protocol })
  return { ...finding, sharedWith: claimantRef(claimed.service) }
}

/** The kernel of a node that decides does not hold the Service as it stands. */
export function notApplied({ refused }: ClusterFacts, { claimed, nodes }: Decision): Finding | undefined {
  const found = refused.filter(({ node, service }) => service === claimed?.service && nodes.includes(node))
  const [first] = found
  if (first === undefined) return undefined
  return {
    reason: 'not-applied',
    service: claimantRef(first.service),
    nodes: found.map(({ node }) => node),
    message: first.message,
    cures: [look({ code: 'show-status' }, 'fairlead', 'status')],
    doubt: true,
  }
}
