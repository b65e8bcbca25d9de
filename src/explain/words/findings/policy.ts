import { socketText } from '#net/port-protocol.ts'
import type {
  ExcludedNode,
  NodeNotReady,
  NoEligibleNode,
  NoLocalEndpoint,
  ReplyAstray,
  SourceRange,
} from '../../trace/findings/policy.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText } from '../object.ts'
import { listed } from '../text.ts'
import { silenceText } from '../trouble.ts'

export function nodeNotReady({ node, silence, ofSender, isAsked, backends }: NodeNotReady): FindingText {
  const ends = backends.slice(0, 3).map(({ address, port }) => socketText(address, port))
  const roles = [
    ...(ofSender ? ['where the sender is'] : isAsked ? ['which is asked'] : []),
    ...(ends.length > 0 ? [`where ${listed(ends)} lives`] : []),
  ]
  return {
    message: `node ${node}, ${listed(roles)}, is ${silenceText(silence)}: whether a packet passes it cannot be told from here`,
  }
}

export const noLocalEndpoint = ({ service, policy, nodes, having, unbalanced }: NoLocalEndpoint): FindingText => ({
  message: `${nameText(service)} has ${policy} Local, and ${listed(nodes, 'or')} has no endpoint of it: dropped`,
  details: [
    `nodes that have one: ${listed(having)}`,
    ...(unbalanced ? ['none of those takes traffic of the load balancer'] : []),
  ],
})

export const sourceRange = ({ service, address, source, ranges }: SourceRange): FindingText => ({
  message: `${nameText(service)} takes traffic at ${address} from ${listed(ranges)} only, and ${source} is not in there: dropped`,
  details: [
    'loadBalancerSourceRanges guards the load balancer’s addresses; node ports and the ClusterIP have no guard',
  ],
})

export const replyAstray = ({ service, nodes }: ReplyAstray): FindingText => ({
  message: `${listed(nodes, 'or')} translates for ${nameText(service)} and keeps the sender’s address (externalTrafficPolicy Local), and has neither the sender nor the endpoint: the reply passes it by, and the sender never knows it for one`,
  details: ['the packet arrives and is answered; the connection times out'],
})

export const noEligibleNode = ({ service, eligible, excluded }: NoEligibleNode): FindingText => ({
  message:
    eligible.length === 0
      ? `no node takes traffic of the load balancer for ${nameText(service)}: none is Ready, or all are excluded by label`
      : `the nodes that have an endpoint of ${nameText(service)} take no traffic of the load balancer, and its policy is Local`,
  details: [`nodes that take traffic: ${listed(eligible)}`, ...excluded.map(excludedText)],
})

const excludedText = ({ node, label, silence }: ExcludedNode): string =>
  label !== undefined || silence === undefined ? `${node} has the label ${label}` : `${node} is ${silenceText(silence)}`
