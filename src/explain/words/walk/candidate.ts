import { socketText } from '#net/port-protocol.ts'
import type { Candidate, CandidateReason } from '../../trace/walk/candidate.ts'
import { nameText } from '../object.ts'
import { troubleText } from '../trouble.ts'

/** `in   10.244.1.5:8080  pod default/web-1 on node-1: ready` */
export function candidateText({ address, port, pod, node, chosen, why }: Candidate): string {
  const where = address === undefined ? 'no address' : port === undefined ? address : socketText(address, port)
  const who = pod ? `pod ${nameText(pod)}` : 'no pod'
  return `${chosen ? 'in ' : 'out'}  ${where}  ${who}${node ? ` on ${node}` : ''}: ${candidateReasonText(why)}`
}

function candidateReasonText(why: CandidateReason): string {
  switch (why.code) {
    case 'ready':
      return 'ready'
    case 'ready-when-last-heard':
      return `ready when ${why.node} was last heard of: it is not Ready`
    case 'still-serving':
      return 'on its way out, but it still serves, and none is ready'
    case 'local':
      return `ready, and on ${why.node} as the policy Local wants`
    case 'hinted-to-node':
      return `ready, and meant for ${why.node} by its hint`
    case 'hinted-to-zone':
      return `ready, and meant for zone ${why.zone} by its hint`
    case 'published-not-ready':
      return 'counts as ready: the Service publishes addresses that are not'
    case 'not-local':
      return `on ${why.node ?? 'no node'}, and the policy is Local`
    case 'serves-no-more':
      return 'on its way out, and not ready any more'
    case 'others-are-ready':
      return 'on its way out, and others are ready'
    case 'not-ready':
      return why.trouble ? troubleText(why.trouble) : 'not ready'
    case 'hinted-to-other-nodes':
      return `meant for ${why.nodes.join(', ')} by its hint`
    case 'hinted-to-other-zones':
      return `meant for zone ${why.zones.join(', ')} by its hint`
    case 'left-out':
      return 'left out'
    case 'ended':
      return `it has ended (${why.phase})`
    case 'no-address':
      return why.trouble ? troubleText(why.trouble) : `it has no ${why.family} address`
    case 'leaving':
      return 'on its way out'
    case 'target-port-not-declared':
      return 'it has no port that the Service’s targetPort names'
    case 'no-endpoint':
      return 'no endpoint stands for it (yet)'
  }
}
