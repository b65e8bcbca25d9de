import type { Service } from '#api/core/service/message.ts'
import type { Outcome } from '#dataplane/evaluator/evaluate.ts'
import { claimText } from '#forwarding/forwarding-state.ts'
import type { TrafficPolicy } from '#forwarding/frontend.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { splitKey } from '#objects/object-key.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { claimantRef, find, inCidrs } from '../cluster/lookup.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { Candidate } from '../trace/walk/candidate.ts'
import type { ModelWalk } from '../trace/walk/model-walk.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Choice, Step } from '../trace/walk/step.ts'
import { candidatesOf } from './candidates.ts'
import type { Decision } from './decision.ts'
import { deliver } from './delivery.ts'
import type { Claimed } from './node-view.ts'
import type { NodeViews } from './node-views.ts'
import { passOn } from './onward.ts'
import { policySteps, under, wordsAt } from './policies.ts'
import { waysOf } from './ways.ts'

/** One packet, and what is known of it at every hop. */
export interface Asking {
  readonly facts: ClusterFacts
  readonly views: NodeViews
  /** The sender's address. */
  readonly source: string
  readonly target: Target
  readonly protocol: Protocol
  /** The Service that was asked by name. */
  readonly asked: Service | undefined
  /** Several nodes may get the connections of one client. */
  readonly spread: boolean
}

/** What a packet meets at the nodes of one hop, and behind it. */
interface Hop {
  readonly steps: readonly Step[]
  readonly decisions: readonly Decision[]
  readonly candidates: readonly Candidate[]
  readonly walks: readonly ModelWalk[]
}

type Undecided = Omit<Decision, 'outcomes' | 'guarded'>

/** A packet at nodes that do the same with it. `fromNode`: it starts there, in the output hook. */
export function walkHop(asking: Asking, nodes: readonly string[], fromNode: boolean): Hop {
  const { facts, views, source, target, protocol } = asking
  const view = views.of(nodes[0] as string)
  if (view === undefined) return { steps: [], decisions: [], candidates: [], walks: [] }
  const { address, port } = target
  const packet = { source, destination: address, protocol, port, fromNode }
  const found = view.outcomes(packet)
  const walks = nodes.map((node) => ({ node, ways: waysOf(views.of(node)?.outcomes(packet) ?? []) }))
  const claimed = view.frontendAt(address, protocol, port)
  const service = claimed && serviceOf(facts, claimed)
  const claim = claimed && claimText(claimed.frontend)
  const lost = view.lost.filter(({ frontend }) => frontend === claim).map((one) => one.service)
  const policy = policyFor(asking, claimed, fromNode)
  const decided: Undecided = { view, nodes, claimed, service, policy, fromNode, lost }
  const isHostPort = claimed?.frontend.kind === 'host-port'
  if (claimed === undefined || (service === undefined && !isHostPort)) {
    const hop = unclaimed(asking, decided, found)
    return { ...hop, walks: [...walks, ...hop.walks] }
  }
  const name = isHostPort ? '' : portNameOf(claimed)
  const frontend: Step = {
    code: 'frontend',
    nodes,
    hook: fromNode ? 'output' : 'prerouting',
    to: target,
    protocol,
    kind: claimed.frontend.kind,
    service: claimantRef(claimed.service),
    ...(name && { portName: name }),
    lost: lost.map(claimantRef),
  }
  const ranges = claimed.frontend.sourceRanges
  const drops = found.some(({ verdict }) => verdict.kind === 'drop')
  const guarded = ranges !== undefined && !inCidrs(ranges, source) && drops
  const chosen = guarded
    ? { candidates: [], steps: [{ code: 'guard', nodes, source, ranges } as const] }
    : // A host port leads to its pod, and to no other.
      service === undefined
      ? NOT_CHOSEN
      : choose(asking, decided, claimed, service, found)
  const refused = found.find(({ verdict }) => verdict.kind === 'reject' || verdict.kind === 'drop')?.verdict
  const delivery =
    // The kernel does not know the frontend that it should have: who listens there on the node itself is somebody else.
    view.isHeard && found.every(({ verdict }) => verdict.kind === 'pass')
      ? { steps: [], outcomes: nodes.map((node): PathOutcome => ({ node, verdict: 'unreachable' })) }
      : refused?.kind === 'reject' || refused?.kind === 'drop'
        ? { steps: [], outcomes: nodes.map((node): PathOutcome => ({ node, verdict: refused.kind })) }
        : deliver(facts, { service, nodes, source, asked: target, protocol }, found)
  return {
    steps: [frontend, ...chosen.steps, ...delivery.steps],
    decisions: [{ ...decided, outcomes: delivery.outcomes, guarded }],
    candidates: chosen.candidates,
    walks,
  }
}

const NOT_CHOSEN: Pick<Hop, 'steps' | 'candidates'> = { steps: [], candidates: [] }

function serviceOf(facts: ClusterFacts, claimed: Claimed): Service | undefined {
  const { namespace, name } = splitKey(claimed.service)
  return find(facts.services, name, namespace)
}

const portNameOf = ({ port: { servicePort } }: Claimed): string => servicePort.slice(servicePort.indexOf(':') + 1)

/** The policy that binds this packet: Local from outside spares pods and the node itself. */
function policyFor({ facts, source }: Asking, claimed: Claimed | undefined, fromNode: boolean): TrafficPolicy {
  if (claimed?.frontend.policy !== 'Local') return 'Cluster'
  const inside = fromNode || inCidrs(facts.network.podCidrs, source)
  return claimed.frontend.kind === 'cluster-ip' || !inside ? 'Local' : 'Cluster'
}

/** Which endpoints there are, and what becomes of the choice among them. */
function choose(
  { facts, protocol, spread }: Asking,
  { view, nodes, policy }: Undecided,
  claimed: Claimed,
  service: Service,
  found: readonly Outcome[],
): Pick<Hop, 'steps' | 'candidates'> {
  const { frontend, port } = claimed
  const chosen = new Set(
    found.flatMap(({ verdict }) => (verdict.kind === 'dnat' ? `${verdict.to.address} ${verdict.to.port}` : [])),
  )
  const question = { view, service, family: port.family, portName: portNameOf(claimed), protocol, policy, chosen }
  const candidates = candidatesOf(facts, question)
  const seconds = port.affinitySeconds
  // Each node remembers the clients that it met itself: what another one gave them it does not know.
  const affinity = seconds === undefined ? {} : { affinity: { seconds, held: !spread } }
  const drops = found.some(({ verdict }) => verdict.kind === 'drop')
  const choice: Choice =
    chosen.size > 0 ? { kind: 'pick', of: chosen.size, ...affinity } : { kind: drops ? 'drop' : 'refuse' }
  const steps: readonly Step[] = [
    {
      code: 'endpoints',
      nodes,
      policy: frontend.kind === 'cluster-ip' ? 'internalTrafficPolicy' : 'externalTrafficPolicy',
      value: frontend.policy,
      spared: frontend.policy === 'Local' && policy === 'Cluster',
      candidates,
    },
    { code: 'choice', nodes, protocol, choice },
  ]
  return { steps, candidates }
}

/** No Service’s here: refused or dropped by the guard of ClusterIPs, or passed on. */
function unclaimed(asking: Asking, decided: Undecided, found: readonly Outcome[]): Hop {
  const { facts, target, protocol, source, asked } = asking
  const { nodes, fromNode, view } = decided
  const verdict = found[0]?.verdict.kind
  const step = (does: 'refuse' | 'drop' | 'pass-on'): Step => ({
    code: 'no-frontend',
    nodes,
    hook: fromNode ? 'output' : 'prerouting',
    to: target,
    protocol,
    does,
  })
  const ended = (steps: readonly Step[], outcomes: readonly PathOutcome[]): Hop => ({
    steps,
    decisions: [{ ...decided, outcomes, guarded: false }],
    candidates: [],
    walks: [],
  })
  if (verdict === 'reject' || verdict === 'drop')
    return ended(
      [step(verdict === 'drop' ? 'drop' : 'refuse')],
      nodes.map((node) => ({ node, verdict })),
    )
  const words = wordsAt(facts, { node: view.name, source, seen: source, target, protocol })
  const policies = policySteps(facts, [view.name], [words])
  const passed = [step('pass-on'), ...policies.here]
  const onward = passOn(facts, view.name, target, protocol, source, asked)
  // It does not get any farther.
  if (words.some(({ direction, passes }) => direction === 'egress' && !passes)) {
    const outcome: PathOutcome =
      onward.kind === 'end' ? onward.outcome : { node: view.name, backend: target, verdict: 'denied' }
    return ended(passed, [under(outcome, words)])
  }
  if (onward.kind === 'end') {
    const outcome = under(onward.outcome, words)
    const arrival = outcome.verdict === 'denied' ? denied(onward.step) : onward.step
    return ended([...passed, arrival, ...policies.behind], [outcome])
  }
  const next = walkHop({ ...asking, spread: false }, [onward.node], false)
  return { ...next, steps: [...passed, onward.step, ...next.steps] }
}

const denied = (step: Step): Step =>
  step.code === 'arrival' ? { ...step, arrival: { ...step.arrival, denied: true } } : step
