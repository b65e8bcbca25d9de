import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { backendPod } from '../cluster/lookup.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { Socket } from '../trace/reference.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Decision } from '../walk/decision.ts'
import type { Path } from '../walk/path.ts'
import { notANode } from './addresses/address.ts'
import { itself } from './addresses/itself.ts'
import { listenerUnknown } from './addresses/listener.ts'
import { unclaimed } from './addresses/unclaimed.ts'
import { podDown } from './pods/pods.ts'
import { stopped } from './policies/stopped.ts'
import { backendGone } from './reasons/by-hand.ts'
import { answeredByAnother, lostClaim, notApplied } from './reasons/claim.ts'
import { noEndpoints } from './reasons/endpoints.ts'
import { kernelBehind } from './reasons/kernel.ts'
import { nodesNotReady } from './reasons/node.ts'
import { noLocalEndpoint, replyAstray, sourceRange } from './reasons/policy.ts'
import { targetPortClosed } from './reasons/target-port.ts'

/** Why a path does not lead to an answer, or not always. `asked`: the Service that was asked by name. */
export function diagnose(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  asked: Service | undefined,
): readonly Finding[] {
  const { target, protocol, outcomes, decisions } = path
  if (path.itself)
    return outcomes.flatMap(({ verdict, undeclared }) => {
      if (verdict === 'closed') return [itself(facts, question, path)]
      return undeclared ? [listenerUnknown(facts, question, target, protocol)] : []
    })
  const found = [
    ...decisions.flatMap((decision) => [
      ...aboutService(facts, question, path, decision, asked),
      ...aboutOutcomes(facts, question, path, decision, asked),
    ]),
    ...(decisions.length === 0 ? [unclaimed(facts, question, target, path, asked)] : []),
    ...nodesNotReady(facts, question, path),
  ]
  const findings: Finding[] = []
  for (const finding of found) if (finding !== undefined) addFinding(findings, finding)
  return findings
}

type Perhaps = readonly (Finding | undefined)[]

/** What is wrong with the Service that decides: its kernel, its claim, its port. */
const aboutService = (
  facts: ClusterFacts,
  question: Question,
  path: Path,
  decision: Decision,
  asked: Service | undefined,
): Perhaps => [
  notApplied(facts, decision),
  lostClaim(facts, question, path, decision, asked),
  ...decision.outcomes.map(({ undeclared, backend }) =>
    undeclared && backend !== undefined ? listenerUnknown(facts, question, backend, path.protocol) : undefined,
  ),
  answeredByAnother(facts, question, path.target, path.protocol, decision, asked),
]

/** Why the packet is not answered where this decision leads it: what policies stop, and the first outcome else that is none. */
function aboutOutcomes(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  decision: Decision,
  asked: Service | undefined,
): Perhaps {
  const { outcomes } = decision
  const behind = kernelBehind(facts, path, decision)
  if (behind !== undefined) return outcomes.every(({ verdict }) => verdict === 'deliver') ? [] : [behind]
  const denied = stopped(facts, path, decision)
  const bad = outcomes.find(({ verdict }) => verdict !== 'deliver' && verdict !== 'denied')
  return bad === undefined ? denied : [...denied, ...aboutOutcome(facts, question, path, decision, asked, bad)]
}

function aboutOutcome(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  decision: Decision,
  asked: Service | undefined,
  bad: PathOutcome,
): Perhaps {
  const { service, claimed, outcomes, guarded } = decision
  if (bad.verdict === 'closed' && bad.backend !== undefined)
    return outcomes.flatMap(({ verdict, backend }) =>
      verdict === 'closed' && backend !== undefined ? [closed(facts, question, path, decision, asked, backend)] : [],
    )
  if (bad.verdict === 'astray') return [replyAstray(facts, question, path, decision)]
  if (bad.verdict === 'unreachable' && service !== undefined && bad.backend !== undefined)
    return [backendGone(facts, service, bad.backend)]
  if (guarded) return [sourceRange(facts, question, decision, path.source)]
  if (claimed === undefined || service === undefined) return [unclaimed(facts, question, path.target, path, asked)]
  if (bad.verdict === 'drop') return [noLocalEndpoint(facts, question, decision)]
  return [noEndpoints(facts, question, service, portOf(service, decision, path.target.port), claimed.port.family)]
}

/** Why nothing listens where the packet ends. */
function closed(
  facts: ClusterFacts,
  question: Question,
  path: Path,
  decision: Decision,
  asked: Service | undefined,
  backend: Socket,
): Finding | undefined {
  const { target, protocol } = path
  const owner = decision.service ?? asked
  if (owner === undefined) {
    const elsewhere = notANode(facts, question, target, protocol)
    const pod = backendPod(facts, backend.address, undefined)
    const down = elsewhere ?? (pod && podDown(facts, question, pod))
    if (down !== undefined) return down
  }
  const port = owner && portOf(owner, decision, target.port)
  return (
    targetPortClosed(facts, question, owner, port, backend, protocol) ?? unclaimed(facts, question, target, path, asked)
  )
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

const cureOf = ({ cures }: Finding): string => JSON.stringify([cures[0]?.argv, cures[0]?.input])

/** Whether two findings say the same, whatever they advise. */
const isSame = (one: Finding, other: Finding): boolean => factsOf(one) === factsOf(other)

const factsOf = ({ cures: _, log: __, also: ___, ...facts }: Finding): string => JSON.stringify(facts)

/** The port of a Service that was decided by, or else that has this number. */
function portOf(service: Service, { claimed }: Decision, number: number) {
  const name = claimed?.port.servicePort.slice(claimed.port.servicePort.indexOf(':') + 1)
  return (service.spec?.ports ?? []).find((one) =>
    claimed === undefined
      ? one.port === number
      : (one.name ?? '') === name && (one.protocol || 'TCP') === claimed.port.protocol,
  )
}
