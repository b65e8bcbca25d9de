import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { backendPod } from '../cluster/lookup.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { Decision } from '../walk/decision.ts'
import type { Path } from '../walk/path.ts'
import { notANode } from './addresses/address.ts'
import { itself } from './addresses/itself.ts'
import { listenerUnknown } from './addresses/listener.ts'
import { unclaimed } from './addresses/unclaimed.ts'
import { podDown } from './pods/pods.ts'
import { backendGone } from './reasons/by-hand.ts'
import { answeredByAnother, lostClaim, notApplied } from './reasons/claim.ts'
import { noEndpoints } from './reasons/endpoints.ts'
import { nodesNotReady } from './reasons/node.ts'
import { noLocalEndpoint, replyAstray, sourceRange } from './reasons/policy.ts'
import { targetPortClosed } from './reasons/target-port.ts'

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
export function addFinding(findings: Finding[], finding: Finding): void {
  if (findings.some((known) => isSame(known, finding))) return
  const cure = cureOf(finding)
  const index = findings.findIndex((known) => known.reason === finding.reason && cureOf(known) === cure)
  const known = findings[index]
  if (known === undefined) findings.push(finding)
  else findings[index] = { ...known, also: [...(known.also ?? []), finding] }
}

const cureOf = ({ cures }: Finding): string => JSON.stringify(cures[0]?.argv)

/** Whether two findings say the same, whatever they advise. */
const isSame = (one: Finding, other: Finding): boolean => factsOf(one) === factsOf(other)

const factsOf = ({ cures: _, log: __, also: ___, ...facts }: Finding): string =>
  JSON.stringify('message' in facts ? facts.message : facts)

function podAskedDown(facts: ClusterFacts, question: Question, address: string): Finding | undefined {
  const pod = backendPod(facts, address, undefined)
  return pod && podDown(facts, question, pod)
}

function portOf(service: Service, { claimed }: Decision, number: number) {
  const name = claimed?.port.servicePort.slice(claimed.port.servicePort.indexOf(':') + 1)
  return (service.spec?.ports ?? []).find((one) =>
    claimed === undefined
      ? one.port === number
      : (one.name ?? '') === name && (one.protocol || 'TCP') === claimed.port.protocol,
  )
}
