import type { ContainerLog, Finding } from '../trace/finding.ts'
import type { FindingText } from './finding-text.ts'
import {
  asksItself,
  clusterIpOutside,
  clusterIpUnassigned,
  externalIpNotRouted,
  listenerUnknown,
  nobodyThere,
  nodePortUnknown,
  notANode,
  typeChanged,
} from './findings/address.ts'
import { dnsDown } from './findings/dns.ts'
import { onlyTerminating, scaledToZero } from './findings/endpoints.ts'
import { familyMissing, loadBalancerPending, lostClaim, notApplied, portNotServed } from './findings/frontend.ts'
import { nodeNotReady, noEligibleNode, noLocalEndpoint, replyAstray, sourceRange } from './findings/policy.ts'

/** A finding in words: its own, then those of others that the same cure mends, then what the container said. */
export function findingText(finding: Finding): FindingText {
  const { message, details = [] } = reasonText(finding)
  const also = (finding.also ?? []).map((one) => `and: ${findingText(one).message}`)
  return { message, details: [...details, ...also, ...logLines(finding.log)] }
}

/** The facts of a reason in words. `because`: of a finding about another packet. */
function reasonText(finding: Finding): FindingText {
  switch (finding.reason) {
    case 'asks-itself':
      return asksItself(finding)
    case 'cluster-ip-outside':
      return clusterIpOutside(finding)
    case 'cluster-ip-unassigned':
      return clusterIpUnassigned(finding)
    case 'dns-down':
      return dnsDown(finding, finding.because.map(findingText))
    case 'external-ip-not-routed':
      return externalIpNotRouted(finding)
    case 'family-missing':
      return familyMissing(finding)
    case 'listener-unknown':
      return listenerUnknown(finding)
    case 'load-balancer-pending':
      return loadBalancerPending(finding)
    case 'lost-claim':
      return lostClaim(finding)
    case 'no-eligible-node':
      return noEligibleNode(finding)
    case 'no-local-endpoint':
      return noLocalEndpoint(finding)
    case 'nobody-there':
      return nobodyThere(finding)
    case 'node-not-ready':
      return nodeNotReady(finding)
    case 'node-port-unknown':
      return nodePortUnknown(finding)
    case 'not-a-node':
      return notANode(finding)
    case 'not-applied':
      return notApplied(finding)
    case 'only-terminating':
      return onlyTerminating(finding)
    case 'port-not-served':
      return portNotServed(finding)
    case 'reply-astray':
      return replyAstray(finding)
    case 'scaled-to-zero':
      return scaledToZero(finding)
    case 'source-range':
      return sourceRange(finding)
    case 'type-changed':
      return typeChanged(finding)
    default:
      return finding
  }
}

function logLines(log: ContainerLog | undefined): readonly string[] {
  if (log?.lines === undefined || (log.lines.length === 0 && !log.previous)) return []
  return log.lines.length === 0
    ? [`container ${log.container} said nothing`]
    : [`container ${log.container} said last:`, ...log.lines.map((line) => `  ${line}`)]
}
