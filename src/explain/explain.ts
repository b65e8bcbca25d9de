import { withoutUrl } from './ask/destination-text.ts'
import type { ClusterFacts } from './cluster/facts.ts'
import { familyOfText, isLoopback } from './cluster/lookup.ts'
import { refOf } from './cluster/reference.ts'
import { flagged } from './diagnose/cure.ts'
import { deadEndFinding } from './diagnose/dead-end.ts'
import { addFinding, diagnose } from './diagnose/diagnose.ts'
import { dnsDown } from './diagnose/dns-way.ts'
import { namelessOf } from './diagnose/nameless.ts'
import { noSource } from './diagnose/no-source.ts'
import { besideOneAnother } from './diagnose/policies/beside.ts'
import { proxyModes } from './diagnose/proxy-modes.ts'
import { explainRequest } from './request/explain-request.ts'
import { connectionClaims } from './request/unserved.ts'
import type { Destination } from './resolve/address-destination.ts'
import { resolveDestination } from './resolve/destination.ts'
import { resolveSource, type Source, sourceAddress } from './resolve/source.ts'
import type { Finding } from './trace/finding.ts'
import type { NodeKernel } from './trace/kernels.ts'
import type { CommandFlags, Question } from './trace/question.ts'
import type { Trace, Verdict } from './trace/trace.ts'
import type { Unseen } from './trace/unseen.ts'
import type { PathOutcome } from './trace/walk/outcome.ts'
import type { Step } from './trace/walk/step.ts'
import { kernelState } from './walk/kernel-state.ts'
import { NodeViews } from './walk/node-views.ts'
import { type Path, walkPath } from './walk/path.ts'

const MOST_ALIKE = 3
const NO_FLAGS: CommandFlags = { fairlead: [], kubectl: [] }

/**
 * Walks the first packet of a new connection, hop by hop, and says why it is not answered, where it is not. `flags`: by
 * which the commands of cures find the cluster. Throws ExplainError.
 */
export function explain(facts: ClusterFacts, asked: Question, flags = NO_FLAGS): Trace {
  const trace =
    explainRequest(facts, asked, (question) => explainPacket(facts, question)) ?? explainPacket(facts, asked)
  return {
    ...trace,
    findings: trace.findings.map((one) => ({ ...one, cures: one.cures.map((cure) => flagged(cure, flags)) })),
    ...(trace.nameless && { nameless: flagged(trace.nameless, flags) }),
  }
}

/** The way of the packet, to whatever is asked. */
function explainPacket(facts: ClusterFacts, asked: Question): Trace {
  const question = { ...asked, to: withoutUrl(asked.to) }
  const source = resolveSource(facts, question)
  const destination = resolveDestination(facts, question, source)
  const { protocol, service, targets } = destination
  const paths = pathsOf(facts, source, destination)
  const findings = findingsOf(facts, question, source, destination, paths)
  const outcomes = paths.flatMap((path) => path.outcomes)
  const [target] = targets
  const nameless = namelessOf(facts, question, source, destination)
  const address = (target && sourceAddress(source, familyOfText(target.address))) ?? source.addresses[0] ?? ''
  return {
    question: asked,
    protocol,
    source: { sender: source.sender, address, ...(source.node !== undefined && { node: source.node }) },
    ...(target && { destination: target }),
    ...(service && { service: refOf('Service', service) }),
    verdict: verdictOf(outcomes, findings),
    basis: basisOf(facts, outcomes),
    ...(facts.told && { kernels: kernelsOf(facts, paths) }),
    steps: [...(source.chosen ? [source.chosen] : []), ...nameSteps(destination, findings), ...stepsOf(paths)],
    candidates: paths.flatMap(({ candidates }) => candidates),
    outcomes,
    // Probes go to the first address.
    walks: paths[0]?.target === target && !facts.network.foreign ? (paths[0]?.walks ?? []) : [],
    findings: besideOneAnother(facts, findings),
    ...(nameless && { nameless }),
    unseen: unseenOf(facts, paths, outcomes),
  }
}

const canSend = (source: Source, address: string): boolean =>
  isLoopback(address) || sourceAddress(source, familyOfText(address)) !== undefined

/** One for each address that the sender has the family for. */
const pathsOf = (facts: ClusterFacts, source: Source, { targets, protocol, service }: Destination): readonly Path[] =>
  targets
    .filter(({ address }) => canSend(source, address))
    .map((target) => walkPath(facts, new NodeViews(facts, target), source, target, protocol, service))

function findingsOf(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  { byName, deadEnd, targets, service, protocol }: Destination,
  paths: readonly Path[],
): readonly Finding[] {
  const down = byName ? dnsDown(facts, question, source) : undefined
  const findings: Finding[] = down ? [down] : []
  if (deadEnd !== undefined) findings.push(deadEndFinding(facts, question, source, deadEnd))
  for (const target of targets) {
    const path = paths.find((one) => one.target === target)
    const meant = service ?? path?.decisions[0]?.service
    const claims = facts.gateways && meant && connectionClaims(facts.gateways, meant, target.port, protocol)
    const found =
      path === undefined
        ? [noSource(facts, question, source, target, service)]
        : claims && claims.length > 0
          ? claims
          : diagnose(facts, question, path, service)
    for (const finding of found) addFinding(findings, finding)
  }
  return findings
}

/** A name that the sender cannot ask for leads nowhere, whatever it stands for. */
const nameSteps = ({ byName, steps }: Destination, findings: readonly Finding[]): readonly Step[] => {
  const isDown = findings.some(({ reason, doubt }) => !doubt && (reason === 'dns-down' || reason === 'dns-forgotten'))
  return steps.map((step) =>
    byName && isDown && (step.code === 'name-of-service' || step.code === 'name-of-addresses')
      ? { ...step, unanswered: true }
      : step,
  )
}

/** The pods of a headless Service: what goes like the first few is counted alone. */
function stepsOf(paths: readonly Path[]): readonly Step[] {
  const told = new Map<string, number>()
  const steps: Step[] = []
  let untold = 0
  for (const path of paths) {
    const way = JSON.stringify(path.outcomes.map(({ verdict }) => verdict))
    const alike = (told.get(way) ?? 0) + 1
    told.set(way, alike)
    if (alike <= MOST_ALIKE) steps.push(...path.steps)
    else untold++
  }
  return untold > 0 ? [...steps, { code: 'more-alike', addresses: untold }] : steps
}

/** What all ways together come to. */
function verdictOf(outcomes: readonly PathOutcome[], findings: readonly Finding[]): Verdict {
  const delivered = outcomes.filter(({ verdict }) => verdict === 'deliver').length
  if (delivered === 0) return 'unreachable'
  if (delivered < outcomes.length) return 'sometimes'
  if (findings.some(({ doubt }) => !doubt)) return 'unreachable'
  return findings.length > 0 ? 'unknown' : 'reachable'
}

const basisOf = (facts: ClusterFacts, outcomes: readonly PathOutcome[]): Trace['basis'] =>
  (facts.kernels.length > 0 || facts.told !== undefined) &&
  outcomes.every(({ node }) => node === undefined || facts.kernels.includes(node) || isHeard(facts, node))
    ? 'kernels'
    : 'model'

/** Its kernel's own elements were walked. */
const isHeard = ({ told }: ClusterFacts, node: string): boolean => {
  const kernel = told?.[node]
  return kernel?.code === 'heard' && kernel.rules === 'ours'
}

/** Of each node that decides, once. */
const kernelsOf = (facts: ClusterFacts, paths: readonly Path[]): readonly NodeKernel[] => {
  const found = new Map<string, NodeKernel>()
  for (const { decisions, target, protocol } of paths)
    for (const { view, nodes } of decisions)
      for (const node of nodes) {
        const state = kernelState(
          facts,
          node === view.name ? view : new NodeViews(facts, target).of(node)!,
          target,
          protocol,
        )
        if (state !== undefined && (found.get(node)?.code ?? 'in-sync') === 'in-sync') found.set(node, state)
      }
  return [...found.values()]
}

/** Where the kernels themselves were walked, nobody need know the flags of a proxy, or its mode. */
const unseenOf = (facts: ClusterFacts, paths: readonly Path[], outcomes: readonly PathOutcome[]): readonly Unseen[] => {
  const all = facts.unseen ?? []
  const nodes = outcomes.flatMap(({ node }) => node ?? [])
  if (facts.told === undefined || nodes.length === 0 || !nodes.every((node) => isHeard(facts, node)))
    return [...all, ...proxyModes(facts, paths)]
  return all.flatMap((one): readonly Unseen[] => {
    if (one.code === 'listeners-and-kernels') return [{ code: 'listeners' }]
    const isKernels = one.code === 'api-only' || one.code === 'proxy-flags'
    return isKernels || (one.code === 'of-others' && one.what === 'proxy') ? [] : [one]
  })
}
