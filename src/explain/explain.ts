import type { Service } from '#api/core/service/message.ts'
import { withoutUrl } from './ask/destination-text.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { clusterIpsOf, familyOfText, isLoopback } from './cluster/lookup.ts'
import { nameOf } from './cluster/names.ts'
import { ask, flagged } from './diagnose/cure.ts'
import { diagnose, isSame } from './diagnose/diagnose.ts'
import { dnsDown } from './diagnose/dns-way.ts'
import { modeNotes } from './diagnose/proxy-modes.ts'
import { familyMissing } from './diagnose/reasons/frontend.ts'
import type { Explanation, ModelWalk, PathOutcome, Step, Verdict } from './explanation.ts'
import type { Target } from './resolve/address-destination.ts'
import { resolveDestination } from './resolve/destination.ts'
import { resolveSource, type Source, sourceAddress } from './resolve/source.ts'
import type { Candidate } from './trace/candidate.ts'
import type { Finding } from './trace/finding.ts'
import type { CommandFlags, Question } from './trace/question.ts'
import { NodeViews } from './walk/node-views.ts'
import { type Path, walkPath } from './walk/path.ts'
import { listed, plural } from './words/text.ts'

const MOST_ALIKE = 3
const NO_FLAGS: CommandFlags = { fairlead: [], kubectl: [] }

/**
 * Walks the first packet of a new connection, hop by hop, and says why it is not answered, where it is not. Throws
 * ExplainError.
 */
export function explain(facts: ClusterFacts, asked: Question, flags = NO_FLAGS): Explanation {
  const question = { ...asked, to: withoutUrl(asked.to) }
  const source = resolveSource(facts, question)
  const destination = resolveDestination(facts, question, source)
  const steps: Step[] = [...(source.chosen ? [source.chosen] : []), ...destination.steps]
  const candidates: Candidate[] = []
  const outcomes: PathOutcome[] = []
  const walks: ModelWalk[] = []
  const paths: Path[] = []
  const told = new Map<string, number>()
  let untold = 0
  const down = destination.byName ? dnsDown(facts, question, source) : undefined
  const findings: Finding[] = [...(down ? [down] : []), ...destination.findings]
  for (const target of destination.targets) {
    if (!isLoopback(target.address) && sourceAddress(source, familyOfText(target.address)) === undefined) {
      findings.push(noSource(facts, question, source, target, destination.service))
      continue
    }
    const views = new NodeViews(facts, target)
    const path = walkPath(facts, views, source, target, destination.protocol, destination.service)
    paths.push(path)
    // The pods of a headless Service: what goes like the first few needs no words.
    const way = JSON.stringify(path.outcomes.map(({ verdict }) => verdict))
    const alike = (told.get(way) ?? 0) + 1
    told.set(way, alike)
    if (alike <= MOST_ALIKE) steps.push(...path.steps)
    else untold++
    candidates.push(...path.candidates)
    outcomes.push(...path.outcomes)
    // Probes go to the first address.
    if (target === destination.targets[0] && !facts.network.foreign) walks.push(...path.walks)
    for (const finding of diagnose(facts, question, path, destination.service))
      if (!findings.some((known) => isSame(known, finding))) findings.push(finding)
  }
  if (untold > 0) steps.push({ at: source.name, text: `and so to ${plural(untold, 'more address', 'more addresses')}` })
  const verdict = verdictOf(outcomes, findings)
  const [target] = destination.targets
  const address = target && sourceAddress(source, familyOfText(target.address))
  return {
    from: question.from,
    to: question.to,
    protocol: destination.protocol,
    source: { name: source.name, address: address ?? source.addresses[0] ?? '', node: source.node },
    destination: target,
    service: destination.service && nameOf(destination.service),
    reachable: verdict === 'reachable',
    verdict,
    basis: basisOf(facts, outcomes),
    steps,
    candidates,
    outcomes,
    walks,
    findings: findings.map((one) => ({ ...one, cures: one.cures.map((cure) => flagged(cure, flags)) })),
    unseen: [...(facts.unseen ?? []), ...modeNotes(facts, paths)],
  }
}

/** What all ways together come to. */
function verdictOf(outcomes: readonly PathOutcome[], findings: readonly Finding[]): Verdict {
  const delivered = outcomes.filter(({ verdict }) => verdict === 'deliver').length
  if (delivered === 0) return 'unreachable'
  if (delivered < outcomes.length) return 'sometimes'
  if (findings.some(({ doubt }) => !doubt)) return 'unreachable'
  return findings.length > 0 ? 'unknown' : 'reachable'
}

const basisOf = ({ kernels }: ClusterFacts, outcomes: readonly PathOutcome[]): Explanation['basis'] =>
  kernels.length > 0 && outcomes.every(({ node }) => node === undefined || kernels.includes(node)) ? 'kernels' : 'model'

/** The sender lacks the family of what it asks. */
function noSource(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  { address }: Target,
  service: Service | undefined,
): Finding {
  const own = service === undefined ? [] : clusterIpsOf(service)
  if (service !== undefined && own.length > 0 && !own.some((one) => sourceAddress(source, familyOfText(one))))
    return familyMissing(facts, { ...question, family: undefined }, source, service, own)
  const wanted = familyOfText(address)
  const others = source.addresses.filter((one) => familyOfText(one) !== wanted)
  const family = question.family === wanted ? undefined : question.family
  const byName = question.family === wanted && !/^\[|^[\d.:]+$/.test(question.to)
  return {
    reason: 'family-missing',
    message: `${source.name} has no ${wanted} address to ask ${address} from${others.length > 0 ? `: it has ${listed(others)}` : ''}`,
    cures: byName ? [ask({ ...question, family }, 'ask over the family that it has', question.to)] : [],
  }
}
