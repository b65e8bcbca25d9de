import type { Service } from '#api/core-v1.ts'
import { endpointsOf, look } from './cure.ts'
import type { Target } from './destination.ts'
import type { Finding, Question } from './explanation.ts'
import type { ClusterFacts } from './facts.ts'
import { clusterIpsOf, familyOfText, find, ingressOf, nodeAt, podAt } from './lookup.ts'
import { listed, nameOf, socketText, withProtocol } from './names.ts'
import type { NodeViews } from './node-views.ts'
import type { Decision, Path } from './path.ts'
import { nodePortUnknown, notANode, notRouted, unassigned } from './reasons/address.ts'
import { noEndpoints, notProxied } from './reasons/endpoints.ts'
import { portNotServed } from './reasons/frontend.ts'
import { noLocalEndpoint, notBalanced, sourceRange } from './reasons/policy.ts'
import { targetPortClosed } from './reasons/target-port.ts'

/** Why a path does not lead to an answer, or not always. `service`: the one that was asked by name. */
export function diagnose(
  facts: ClusterFacts,
  views: NodeViews,
  question: Question,
  path: Path,
  service: Service | undefined,
): readonly Finding[] {
  const { target, protocol } = path
  const findings: Finding[] = []
  const add = (finding: Finding | undefined) => {
    if (finding === undefined || findings.some(({ message }) => message === finding.message)) return
    // Pods of one Deployment have one trouble and one cure.
    const [command] = finding.cures
    const same = findings.findIndex(
      ({ reason, cures }) => reason === finding.reason && cures[0]?.command === command?.command,
    )
    const known = findings[same]
    if (known === undefined) findings.push(finding)
    else findings[same] = { ...known, details: [...(known.details ?? []), `and: ${finding.message}`] }
  }
  for (const decision of path.decisions) {
    add(notApplied(facts, question, decision))
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
              targetPortClosed(facts, question, owner, port, backend, protocol) ??
              unclaimed(facts, views, question, target, path, service),
          )
        }
    } else if (bad.verdict === 'unreachable' && decision.service !== undefined && bad.backend !== undefined)
      add(backendGone(decision.service, bad.backend))
    else if (decision.guarded) add(sourceRange(question, decision, path.source))
    else if (decision.claimed !== undefined && decision.service !== undefined)
      add(
        bad.verdict === 'drop'
          ? noLocalEndpoint(facts, question, decision)
          : noEndpoints(
              facts,
              decision.service,
              portOf(decision.service, decision, target.port),
              decision.claimed.port.family,
            ),
      )
    else add(unclaimed(facts, views, question, target, path, service))
  }
  if (path.decisions.length === 0) add(unclaimed(facts, views, question, target, path, service))
  return findings
}

/** The kernel of a node that decides does not hold the Service as it stands. */
function notApplied(
  { refused }: ClusterFacts,
  { cluster }: Question,
  { claimed, nodes }: Decision,
): Finding | undefined {
  const found = refused.filter(({ node, service }) => service === claimed?.service && nodes.includes(node))
  const [first] = found
  if (first === undefined) return undefined
  return {
    reason: 'not-applied',
    message: `the kernel of ${listed(found.map(({ node }) => node))} refused ${first.service}: ${first.message}`,
    details: ['what stands above is what the rules should do; it is tried again'],
    cures: [look('when it is tried again', 'fairlead', 'status', ...(cluster ? ['--name', cluster] : []))],
  }
}

/** Written by hand, or by a controller that is late: an endpoint whose address no pod has. */
function backendGone(service: Service, { address, port }: Target): Finding {
  return {
    reason: 'endpoint-gone',
    message: `an endpoint of ${nameOf(service)} is ${socketText(address, port)}, and no pod has that address`,
    cures: [endpointsOf(service)],
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

/** An address and port that no Service has where the packet passes. */
function unclaimed(
  facts: ClusterFacts,
  views: NodeViews,
  question: Question,
  target: Target,
  { protocol, decisions }: Path,
  asked: Service | undefined,
): Finding {
  const { address, port } = target
  const text = withProtocol(address, port, protocol)
  const lost = [...(views.of(facts.nodes[0]?.metadata?.name ?? '')?.lost ?? [])].find(
    ({ frontend }) => frontend === text,
  )
  const owner =
    asked ??
    facts.services.find((one) =>
      [...clusterIpsOf(one), ...ingressOf(one), ...(one.spec?.externalIPs ?? [])].includes(address),
    )
  const foreign = owner && notProxied(owner)
  if (foreign !== undefined) return foreign
  const elsewhere = notANode(facts, question, target, protocol)
  if (elsewhere !== undefined && owner === undefined) return elsewhere
  if (owner !== undefined) {
    const served = (owner.spec?.ports ?? []).find((one) => one.port === port && (one.protocol || 'TCP') === protocol)
    if (served !== undefined && decisions.length === 0 && ingressOf(owner).includes(address))
      return notBalanced(facts, owner, served, familyOfText(address))
    if (served === undefined) return portNotServed(facts, question, owner, { address, port, protocol })
  }
  if (nodeAt(facts, address) !== undefined) return nodePortUnknown(facts, question, target, protocol)
  return (
    unassigned(facts, question, target) ??
    notRouted(facts, question, target) ??
    (lost === undefined
      ? nobody(facts, question, target)
      : {
          reason: 'lost-claim',
          message: `${lost.service} claims ${text}, but ${lost.winner} has it: the older Service wins`,
          cures: [],
        })
  )
}

function nobody(facts: ClusterFacts, question: Question, { address }: Target): Finding {
  const pod = podAt(facts, address)
  const where = pod ? `pod ${nameOf(pod)}` : `${familyOfText(address)} address ${address}`
  const gone =
    pod === undefined &&
    find(
      facts.namespaces.map((name) => ({ metadata: { name } })),
      question.namespace,
    ) === undefined
  return {
    reason: 'nobody-there',
    message: `nobody takes what is sent to ${where}`,
    details: gone ? [`namespace ${question.namespace} does not exist`] : [],
    cures: [],
  }
}
