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
import { endpointGone, endpointPortUnknown, endpointsNotReady, noSelector } from './findings/by-hand.ts'
import { dnsDown } from './findings/dns.ts'
import { endpointsLate, notProxied, onlyTerminating, scaledToZero } from './findings/endpoints.ts'
import {
  familyMissing,
  kernelBehind,
  loadBalancerPending,
  lostClaim,
  notApplied,
  portNotServed,
} from './findings/frontend.ts'
import { dnsForgotten, policyDenies, policyIsolates } from './findings/isolated.ts'
import { dnsNameUnknown, dnsNotAsked, externalName, otherNamespace, serviceUnknown } from './findings/name.ts'
import { imageUnknown, nodeLost, podsCrash, podsNotReady, podsPending, podsStarting } from './findings/pods.ts'
import { nodeNotReady, noEligibleNode, noLocalEndpoint, replyAstray, sourceRange } from './findings/policy.ts'
import {
  accessClosed,
  backendUnresolved,
  bodyTooLarge,
  certificateUnusable,
  gatewayNotProgrammed,
  gatewayOfNobody,
  gatewayPortUnknown,
  hostNotServed,
  ingressLeftOut,
  ingressOfNobody,
  listenerNotServed,
  misdirected,
  nameWithoutTls,
  noRule,
  originNotAllowed,
  redirectLoop,
  requestMalformed,
  requestSourceRange,
  routeNotAttached,
  ruleRefused,
  schemeMistaken,
} from './findings/request.ts'
import { selectorMatchesNothing } from './findings/selector.ts'
import {
  endpointClosed,
  headlessPort,
  listensOnLoopback,
  targetPortClosed,
  targetPortUnknown,
} from './findings/target-port.ts'

/** A finding in words: its own, then those of others that the same cure mends, then what the container said. */
export function findingText(finding: Finding): FindingText {
  const { message, details = [] } = reasonText(finding)
  const others = new Set((finding.also ?? []).map((one) => findingText(one).message))
  others.delete(message)
  const also = [...others].map((other) => `and: ${other}`)
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
    case 'dns-forgotten':
      return dnsForgotten(finding)
    case 'dns-name-unknown':
      return dnsNameUnknown(finding)
    case 'dns-not-asked':
      return dnsNotAsked(finding)
    case 'endpoint-closed':
      return endpointClosed(finding)
    case 'endpoint-gone':
      return endpointGone(finding)
    case 'endpoint-port-unknown':
      return endpointPortUnknown(finding)
    case 'endpoints-late':
      return endpointsLate(finding)
    case 'endpoints-not-ready':
      return endpointsNotReady(finding)
    case 'external-ip-not-routed':
      return externalIpNotRouted(finding)
    case 'external-name':
      return externalName(finding)
    case 'family-missing':
      return familyMissing(finding)
    case 'headless-port':
      return headlessPort(finding)
    case 'image-unknown':
      return imageUnknown(finding)
    case 'kernel-behind':
      return kernelBehind(finding)
    case 'listener-unknown':
      return listenerUnknown(finding)
    case 'listens-on-loopback':
      return listensOnLoopback(finding)
    case 'load-balancer-pending':
      return loadBalancerPending(finding)
    case 'lost-claim':
      return lostClaim(finding)
    case 'no-eligible-node':
      return noEligibleNode(finding)
    case 'no-local-endpoint':
      return noLocalEndpoint(finding)
    case 'no-selector':
      return noSelector(finding)
    case 'nobody-there':
      return nobodyThere(finding)
    case 'node-lost':
      return nodeLost(finding)
    case 'node-not-ready':
      return nodeNotReady(finding)
    case 'node-port-unknown':
      return nodePortUnknown(finding)
    case 'not-a-node':
      return notANode(finding)
    case 'not-applied':
      return notApplied(finding)
    case 'not-proxied':
      return notProxied(finding)
    case 'only-terminating':
      return onlyTerminating(finding)
    case 'other-namespace':
      return otherNamespace(finding)
    case 'pods-crash':
      return podsCrash(finding)
    case 'pods-not-ready':
      return podsNotReady(finding)
    case 'pods-pending':
      return podsPending(finding)
    case 'pods-starting':
      return podsStarting(finding)
    case 'policy-denies':
      return policyDenies(finding)
    case 'policy-isolates':
      return policyIsolates(finding)
    case 'port-not-served':
      return portNotServed(finding)
    case 'reply-astray':
      return replyAstray(finding)
    case 'scaled-to-zero':
      return scaledToZero(finding)
    case 'selector-matches-nothing':
      return selectorMatchesNothing(finding)
    case 'service-unknown':
      return serviceUnknown(finding)
    case 'source-range':
      return sourceRange(finding)
    case 'target-port-closed':
      return targetPortClosed(finding)
    case 'target-port-unknown':
      return targetPortUnknown(finding)
    case 'backend-unresolved':
      return backendUnresolved(finding)
    case 'gateway-not-programmed':
      return gatewayNotProgrammed(finding)
    case 'gateway-of-nobody':
      return gatewayOfNobody(finding)
    case 'gateway-port-unknown':
      return gatewayPortUnknown(finding)
    case 'host-not-served':
      return hostNotServed(finding)
    case 'ingress-left-out':
      return ingressLeftOut(finding)
    case 'ingress-of-nobody':
      return ingressOfNobody(finding)
    case 'certificate-unusable':
      return certificateUnusable(finding)
    case 'listener-not-served':
      return listenerNotServed(finding)
    case 'misdirected':
      return misdirected(finding)
    case 'name-without-tls':
      return nameWithoutTls(finding)
    case 'no-rule':
      return noRule(finding)
    case 'redirect-loop':
      return redirectLoop(finding)
    case 'request-malformed':
      return requestMalformed(finding)
    case 'request-source-range':
      return requestSourceRange(finding)
    case 'route-not-attached':
      return routeNotAttached(finding)
    case 'access-closed':
      return accessClosed(finding)
    case 'body-too-large':
      return bodyTooLarge(finding)
    case 'origin-not-allowed':
      return originNotAllowed(finding)
    case 'rule-refused':
      return ruleRefused(finding)
    case 'scheme-mistaken':
      return schemeMistaken(finding)
    case 'type-changed':
      return typeChanged(finding)
  }
}

function logLines(log: ContainerLog | undefined): readonly string[] {
  if (log?.lines === undefined || (log.lines.length === 0 && !log.previous)) return []
  return log.lines.length === 0
    ? [`container ${log.container} said nothing`]
    : [`container ${log.container} said last:`, ...log.lines.map((line) => `  ${line}`)]
}
