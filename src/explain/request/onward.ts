import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText, find, portAt } from '../cluster/lookup.ts'
import { addFinding, diagnose } from '../diagnose/diagnose.ts'
import { stopped } from '../diagnose/policies/stopped.ts'
import { targetPortClosed } from '../diagnose/reasons/target-port.ts'
import { podSource, sourceAddress } from '../resolve/source.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import type { ObjectRef } from '../trace/reference.ts'
import type { RequestEndpoint } from '../trace/request/step.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Step } from '../trace/walk/step.ts'
import { NodeViews } from '../walk/node-views.ts'
import { type Path, walkPath } from '../walk/path.ts'

interface Onward {
  readonly steps: readonly Step[]
  readonly outcomes: readonly PathOutcome[]
  readonly findings: readonly Finding[]
}

const MOST_ALIKE = 2

/** The way from each of the gateway's pods to each endpoint: what goes like another is counted alone. */
export function walkOnward(
  facts: ClusterFacts,
  question: Question,
  gateways: readonly ObjectRef[],
  endpoints: readonly RequestEndpoint[],
  service: Service | undefined,
  servicePort: number,
): Onward {
  const portOfService = service && portAt(service, servicePort, 'TCP')
  const steps: Step[] = []
  const outcomes: PathOutcome[] = []
  const findings: Finding[] = []
  const told = new Map<string, number>()
  let untold = 0
  for (const gateway of gateways) {
    const pod = find(facts.pods, gateway.name, gateway.namespace) as Pod
    const source = podSource(facts, pod)
    const asked: Question = { ...question, from: `pod/${gateway.namespace}/${gateway.name}` }
    const paths = endpoints
      .filter(({ address }) => sourceAddress(source, familyOfText(address)) !== undefined)
      .map(({ address, port }): Path => {
        const target = { address, port }
        return walkPath(facts, new NodeViews(facts, target), source, target, 'TCP', service)
      })
    for (const path of paths) {
      outcomes.push(...path.outcomes)
      const way = JSON.stringify(path.outcomes.map(({ verdict }) => verdict))
      const alike = (told.get(way) ?? 0) + 1
      told.set(way, alike)
      if (alike > MOST_ALIKE) untold++
      else steps.push(...path.steps.map((step) => (isSent(step) ? { ...step, sender: source.sender } : step)))
      // What is asked is an endpoint: which port of the Service leads there is known.
      const isClosed = path.outcomes.some(({ verdict }) => verdict === 'closed')
      const closed = isClosed && targetPortClosed(facts, asked, service, portOfService, path.target, 'TCP')
      for (const finding of closed ? [closed] : diagnose(facts, asked, withoutDenied(path), service))
        addFinding(findings, finding)
    }
    for (const finding of stoppedOf(facts, paths, service)) addFinding(findings, finding)
  }
  if (untold > 0) steps.push({ code: 'more-alike', addresses: untold })
  return { steps, outcomes, findings }
}

const isSent = (step: Step): step is Step & { readonly code: 'sent' | 'itself' } =>
  step.code === 'sent' || step.code === 'itself'

/** What policies stop, of all endpoints at once: one cure mends it for all. */
const stoppedOf = (facts: ClusterFacts, paths: readonly Path[], service: Service | undefined): readonly Finding[] => {
  const outcomes = paths.flatMap((path) => path.outcomes.filter(({ verdict }) => verdict === 'denied'))
  const [first] = paths
  const [decision] = first?.decisions ?? []
  return first && decision && outcomes.length > 0 ? stopped(facts, first, { ...decision, outcomes, service }) : []
}

const withoutDenied = (path: Path): Path => ({
  ...path,
  decisions: path.decisions.map((one) => ({
    ...one,
    outcomes: one.outcomes.filter(({ verdict }) => verdict !== 'denied'),
  })),
})
