import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import {
  backendPod,
  clusterIpsOf,
  familyOfText,
  find,
  inCidrs,
  ingressOf,
  isLoopback,
  nodeAt,
  nodeOfPodAddress,
} from '../cluster/lookup.ts'
import { nodesToAsk } from '../cluster/nodes-to-ask.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { Cure } from '../trace/cure.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { Decision } from '../walk/decision.ts'
import type { Path } from '../walk/path.ts'
import { listed, withProtocol } from '../words/text.ts'
import { ask, askAddress, askClusterIp, look, patch } from './cure.ts'
import { nodePortUnknown, notANode, notRouted, unassigned } from './reasons/address.ts'
import { backendGone } from './reasons/by-hand.ts'
import { noEndpoints, notProxied } from './reasons/endpoints.ts'
import { portNotServed } from './reasons/frontend.ts'
import { listenerUnknown } from './reasons/listener.ts'
import { nodesNotReady } from './reasons/node.ts'
import { podDown } from './reasons/pods.ts'
import { noLocalEndpoint, notBalanced, replyAstray, sourceRange } from './reasons/policy.ts'
import { targetPortClosed } from './reasons/target-port.ts'

type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** Why a path does not lead to an answer, or not always. `service`: the one that was asked by name. */
export function diagnose(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  service: Service | undefined,
): readonly Finding[] {
  const { target, protocol } = path
  if (path.itself)
    return path.outcomes.flatMap(({ verdict, undeclared }) =>
      verdict === 'closed'
        ? [itself(facts, question, path)]
        : undeclared
          ? [listenerUnknown(facts, question, target, protocol)]
          : [],
    )
  const findings: Finding[] = []
  const add = (finding: Finding | undefined) => finding && addFinding(findings, finding)
  for (const decision of path.decisions) {
    add(notApplied(facts, decision))
    add(lostClaim(facts, question, path, decision, service))
    for (const { undeclared, backend } of decision.outcomes)
      if (undeclared && backend !== undefined) add(listenerUnknown(facts, question, backend, protocol))
    add(answeredByAnother(facts, question, target, protocol, decision, service))
    const bad = decision.outcomes.find(({ verdict }) => verdict !== 'deliver')
    if (bad === undefined) continue
    if (bad.verdict === 'closed' && bad.backend !== undefined) {
      for (const { verdict, backend } of decision.outcomes)
        if (verdict === 'closed' && backend !== undefined) {
          const owner = decision.service ?? service
          const port = owner && portOf(owner, decision, target.port)
          const elsewhere = owner === undefined ? notANode(facts, question, target, protocol) : undefined
          add(
            elsewhere ??
              (owner === undefined ? podAskedDown(facts, question, backend.address) : undefined) ??
              targetPortClosed(facts, question, owner, port, backend, protocol) ??
              unclaimed(facts, question, target, path, service),
          )
        }
    } else if (bad.verdict === 'astray') add(replyAstray(facts, question, path, decision))
    else if (bad.verdict === 'unreachable' && decision.service !== undefined && bad.backend !== undefined)
      add(backendGone(facts, decision.service, bad.backend))
    else if (decision.guarded) add(sourceRange(facts, question, decision, path.source))
    else if (decision.claimed !== undefined && decision.service !== undefined)
      add(
        bad.verdict === 'drop'
          ? noLocalEndpoint(facts, question, decision)
          : noEndpoints(
              facts,
              question,
              decision.service,
              portOf(decision.service, decision, target.port),
              decision.claimed.port.family,
            ),
      )
    else add(unclaimed(facts, question, target, path, service))
  }
  if (path.decisions.length === 0) add(unclaimed(facts, question, target, path, service))
  for (const finding of nodesNotReady(facts, question, path)) add(finding)
  return findings
}

/** Adds what is not there yet. Pods of one Deployment have one trouble and one cure: they are one finding. */
function addFinding(findings: Finding[], finding: Finding): void {
  if (findings.some((known) => isSame(known, finding))) return
  const cure = cureOf(finding)
  const index = findings.findIndex((known) => known.reason === finding.reason && cureOf(known) === cure)
  const known = findings[index]
  if (known === undefined) findings.push(finding)
  else findings[index] = { ...known, also: [...(known.also ?? []), finding] }
}

const cureOf = ({ cures }: Finding): string => JSON.stringify(cures[0]?.argv)

/** Whether two findings say the same, whatever they advise. */
export const isSame = (one: Finding, other: Finding): boolean => factsOf(one) === factsOf(other)

const factsOf = ({ cures: _, log: __, also: ___, ...facts }: Finding): string =>
  JSON.stringify('message' in facts ? facts.message : facts)

function podAskedDown(facts: ClusterFacts, question: Question, address: string): Finding | undefined {
  const pod = backendPod(facts, address, undefined)
  return pod && podDown(facts, question, pod)
}

/** A sender that asks itself, most likely for a Service that it takes to be there. */
function itself(facts: ClusterFacts, question: Question, { target, protocol }: Path): Finding {
  const { address, port } = target
  if (!isLoopback(address)) {
    const known =
      notANode(facts, question, target, protocol) ??
      targetPortClosed(facts, question, undefined, undefined, target, protocol)
    if (known !== undefined) return known
  }
  const nodePort = facts.services.find((one) => one.spec?.ports?.some((two) => two.nodePort === port))
  const [node] = nodePort === undefined ? [] : nodesToAsk(facts, nodePort, familyOfText(address))
  const meant = facts.services
    .flatMap((service) => (service.spec?.ports ?? []).filter((one) => one.port === port).map(() => service))
    .slice(0, 3)
  return {
    reason: 'asks-itself',
    message: `${address} means the sender itself, and nothing listens there on ${port}/${protocol}`,
    details: [
      'Services and node ports do not answer at a loopback address: each pod, each node and the host has its own',
    ],
    cures: [
      ...(nodePort !== undefined && node !== undefined
        ? [askAddress(question, `ask a node for the node port of ${keyOf(nodePort)}`, node.address, port)]
        : []),
      ...meant.map((one) => ask(question, `ask Service ${keyOf(one)}`, `svc/${keyOf(one)}:${port}`)),
    ],
  }
}

/** Another Service answers in the place of the one that was asked for by name. */
function lostClaim(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  { claimed, lost }: Decision,
  asked: Service | undefined,
): Finding | undefined {
  if (asked === undefined || claimed === undefined || claimed.service === keyOf(asked)) return undefined
  if (!lost.includes(keyOf(asked))) return undefined
  const { address, port, protocol } = claimed.frontend
  const [namespace, name = ''] = claimed.service.split('/')
  const winner = find(facts.services, name, namespace)
  const index = winner?.spec?.externalIPs?.indexOf(address ?? '') ?? -1
  const cures: Cure[] = []
  if (winner !== undefined && index >= 0)
    cures.push(
      patch(`free it at ${claimed.service}`, 'service', winner, [{ op: 'remove', path: `/spec/externalIPs/${index}` }]),
    )
  else if (asked.spec?.loadBalancerIP)
    cures.push(patch('let it take any free address', 'service', asked, { spec: { loadBalancerIP: null } }))
  cures.push(...askClusterIp(facts, question, path.source, asked, port, 'or ask its ClusterIP'))
  return {
    reason: 'lost-claim',
    message: `${keyOf(asked)} claims ${withProtocol(address ?? 'the node port', port, protocol)}, but ${claimed.service} answers there: the older Service wins`,
    cures,
  }
}

/** Two Services share an address, and the port that is asked is the other one's. */
function answeredByAnother(
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
  return {
    ...finding,
    details: [...(finding.details ?? []), `${claimed.service} answers there, which shares the address`],
  }
}

/** The kernel of a node that decides does not hold the Service as it stands. */
function notApplied({ refused }: ClusterFacts, { claimed, nodes }: Decision): Finding | undefined {
  const found = refused.filter(({ node, service }) => service === claimed?.service && nodes.includes(node))
  const [first] = found
  if (first === undefined) return undefined
  return {
    reason: 'not-applied',
    message: `the kernel of ${listed(found.map(({ node }) => node))} refused ${first.service}: ${first.message}`,
    details: ['what stands above is what the rules should do; it is tried again'],
    cures: [look('when it is tried again', 'fairlead', 'status')],
    doubt: true,
  }
}

function portOf(service: Service, { claimed }: Decision, number: number) {
  const name = claimed?.port.servicePort.slice(claimed.port.servicePort.indexOf(':') + 1)
  return (service.spec?.ports ?? []).find((one) =>
    claimed === undefined
      ? one.port === number
      : (one.name ?? '') === name && (one.protocol || 'TCP') === claimed.port.protocol,
  )
}

/** A ClusterIP that is asked from outside of a cluster. */
function fromOutside(
  facts: ClusterFacts,
  question: Question,
  service: Service,
  { address, port }: Target,
  protocol: Protocol,
): Finding {
  const one = (service.spec?.ports ?? []).find((own) => own.port === port && (own.protocol || 'TCP') === protocol)
  const [node] = nodesToAsk(facts, service, familyOfText(address))
  const [ip] = ingressOf(service).filter((own) => familyOfText(own) === familyOfText(address))
  const cures: Cure[] = []
  if (ip !== undefined) cures.push(askAddress(question, 'ask its load balancer address', ip, port))
  if (one?.nodePort && node !== undefined)
    cures.push(askAddress(question, 'ask its node port', node.address, one.nodePort))
  if (cures.length === 0) cures.push(patch('give it a node port', 'service', service, { spec: { type: 'NodePort' } }))
  return {
    reason: 'cluster-ip-outside',
    message: `${address} is the ClusterIP of ${keyOf(service)}: pods and nodes reach it, ${question.from} is outside of the cluster`,
    details: ['kubectl port-forward reaches it by way of the API server, for a person who looks'],
    cures,
  }
}

/** An address and port that no Service has where the packet passes. */
function unclaimed(
  facts: ClusterFacts,
  question: Question,
  target: Target,
  { protocol, decisions, source }: Path,
  asked: Service | undefined,
): Finding {
  const { address, port } = target
  const owners = facts.services.filter((one) =>
    [...clusterIpsOf(one), ...ingressOf(one), ...(one.spec?.externalIPs ?? [])].includes(address),
  )
  // An address may be that of several Services, by its ports.
  const owner = asked ?? owners.find((one) => one.spec?.ports?.some((own) => own.port === port)) ?? owners[0]
  const other = owner && notProxied(owner)
  if (other !== undefined) return other
  if (facts.network.foreign && owner !== undefined && decisions.length === 0 && clusterIpsOf(owner).includes(address))
    return fromOutside(facts, question, owner, target, protocol)
  const elsewhere = notANode(facts, question, target, protocol)
  if (elsewhere !== undefined && owner === undefined) return elsewhere
  if (owner !== undefined) {
    const served = (owner.spec?.ports ?? []).find((one) => one.port === port && (one.protocol || 'TCP') === protocol)
    if (served !== undefined && decisions.length === 0 && ingressOf(owner).includes(address))
      return notBalanced(facts, question, owner, served, familyOfText(address))
    if (served === undefined) return portNotServed(facts, question, owner, { address, port, protocol })
  }
  if (nodeAt(facts, address) !== undefined) return nodePortUnknown(facts, question, target, protocol)
  return (
    unassigned(facts, question, target) ?? notRouted(facts, question, target, source) ?? nobody(facts, question, target)
  )
}

/** An address that is neither a Service’s nor anything of the cluster’s that lives. */
function nobody(facts: ClusterFacts, question: Question, { address, port }: Target): Finding {
  const { podCidrs, loadBalancerCidrs, egress } = facts.network
  const home = nodeOfPodAddress(facts, address)
  const byPort = (wanted: (one: ServicePort) => boolean) =>
    facts.services
      .flatMap((service) => (service.spec?.ports ?? []).filter(wanted).map((one) => ({ service, one })))
      .slice(0, 3)
      .map(({ service, one }) => ask(question, `if ${keyOf(service)} is meant`, `svc/${keyOf(service)}:${one.port}`))
  if (home !== undefined || inCidrs(podCidrs, address)) {
    const targets = byPort((one) => (one.targetPort || one.port) === port || one.port === port)
    return {
      reason: 'nobody-there',
      message: `no pod has the address ${address}${home ? `, which is of the range of ${home.metadata?.name}` : ''}: an address goes with its pod, and a new pod gets another`,
      details: ['ask a Service by its name, which stays'],
      cures: [...targets, look('the pods that have addresses', 'kubectl', 'get', 'pods', '-A', '-o', 'wide')],
    }
  }
  if (inCidrs(loadBalancerCidrs, address))
    return {
      reason: 'nobody-there',
      message: `no Service has the address ${address} of the load balancer’s pool`,
      details: facts.services
        .filter((one) => ingressOf(one).length > 0)
        .slice(0, 10)
        .map((one) => `${keyOf(one)} has ${listed(ingressOf(one))}`),
      cures: [
        ...byPort((one) => one.port === port),
        look('the Services and their addresses', 'kubectl', 'get', 'services', '-A'),
      ],
    }
  return {
    reason: 'nobody-there',
    message: `${address} lies outside of the cluster, and no Service has it`,
    details:
      egress || question.from === 'host'
        ? ['no route of the cluster leads there']
        : [
            'the cluster was started without --egress: nothing is let out. To let pods out, start it anew with that flag',
          ],
    cures: [],
  }
}
