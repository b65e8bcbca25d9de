import type { Service } from '#api/core/service/message.ts'
import type { Outcome } from '#dataplane/nftables/evaluate.ts'
import type { TrafficPolicy } from '#forwarding/frontend.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText, find, inCidrs, isLoopback } from '../cluster/lookup.ts'
import { withProtocol } from '../cluster/names.ts'
import type { ModelWalk, PathOutcome, Step } from '../explanation.ts'
import { waysOf } from '../live/kernel-walk.ts'
import type { Target } from '../resolve/address-destination.ts'
import { type Source, sourceAddress } from '../resolve/source.ts'
import type { Candidate } from '../trace/candidate.ts'
import { candidateText } from '../words/candidate.ts'
import { frontendText } from '../words/path-text.ts'
import { listed, plural } from '../words/text.ts'
import { candidatesOf } from './candidates.ts'
import { deliver, passOn } from './delivery.ts'
import { type Entry, entryOf } from './entry.ts'
import { itself } from './itself.ts'
import type { Claimed, NodeView } from './node-view.ts'
import type { NodeViews } from './node-views.ts'

/** A walk to one address, seen at the node that decides; several nodes that decide alike are one. */
export interface Decision {
  readonly view: NodeView
  readonly nodes: readonly string[]
  readonly claimed: Claimed | undefined
  readonly service: Service | undefined
  readonly policy: TrafficPolicy
  readonly fromNode: boolean
  readonly outcomes: readonly PathOutcome[]
  /** Services that claim this frontend too, and do not have it. */
  readonly lost: readonly string[]
  /** The guard of source ranges turned it away. */
  readonly guarded: boolean
}

export interface Path {
  readonly target: Target
  readonly protocol: Protocol
  readonly source: string
  readonly steps: readonly Step[]
  readonly candidates: readonly Candidate[]
  readonly decisions: readonly Decision[]
  readonly outcomes: readonly PathOutcome[]
  readonly walks: readonly ModelWalk[]
  /** It never leaves the sender: its loopback, or its own address. */
  readonly itself?: boolean
}

/**
 * Walks a first packet from its sender to one address. The sender has an address of that family. `asked`: the Service
 * that was asked by name.
 */
export function walkPath(
  facts: ClusterFacts,
  views: NodeViews,
  source: Source,
  target: Target,
  protocol: Protocol,
  asked: Service | undefined,
): Path {
  const family = familyOfText(target.address)
  const from = sourceAddress(source, family) as string
  if (isLoopback(target.address) || (source.pod !== undefined && !source.onNode && from === target.address))
    return { ...itself(facts, source, target, protocol), target, protocol, source: target.address, itself: true }
  const entry = entryOf(facts, source, target, protocol)
  const steps: Step[] = [
    {
      at: source.name,
      text: `sends from ${from} to ${withProtocol(target.address, target.port, protocol)}; ${entry.text}`,
    },
  ]
  const path = { target, protocol, source: from }
  if (entry.nodes.length === 0) {
    const outcome: PathOutcome = { node: undefined, verdict: entry.verdict ?? 'unreachable' }
    return { ...path, steps, candidates: [], decisions: [], outcomes: [outcome], walks: [] }
  }
  const decisions: Decision[] = []
  const candidates: Candidate[] = []
  const walks: ModelWalk[] = []
  for (const nodes of alike(views, entry.nodes, from, target, protocol, entry.fromNode)) {
    const hop = new Hop(facts, views, nodes, from, target, protocol, entry.fromNode, asked, isSpread(facts, entry))
    hop.walk()
    steps.push(...hop.steps)
    decisions.push(...hop.decisions)
    walks.push(...hop.walks)
    for (const one of hop.candidates) if (!candidates.some((known) => isSame(known, one))) candidates.push(one)
  }
  return { ...path, steps, candidates, decisions, outcomes: decisions.flatMap(({ outcomes }) => outcomes), walks }
}

/** Nodes that decide differently may have an endpoint in common. */
const isSame = (one: Candidate, other: Candidate): boolean =>
  one.address === other.address && one.port === other.port && one.pod?.name === other.pod?.name

/**
 * Several nodes may get the connections of one client. Our own fabric keeps a client with one node where the Service
 * wants it; what stands before the nodes of others is not known.
 */
const isSpread = ({ network }: ClusterFacts, { nodes }: Entry): boolean => network.foreign === true && nodes.length > 1

/** Nodes in groups that do the same with the packet. */
function alike(
  views: NodeViews,
  nodes: readonly string[],
  source: string,
  { address, port }: Target,
  protocol: Protocol,
  fromNode: boolean,
): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>()
  for (const name of nodes) {
    const outcomes = views.of(name)?.outcomes({ source, destination: address, protocol, port, fromNode }) ?? []
    const key = [...new Set(outcomes.map(({ verdict }) => JSON.stringify(verdict)))].sort().join()
    groups.set(key, [...(groups.get(key) ?? []), name])
  }
  return [...groups.values()]
}

class Hop {
  readonly steps: Step[] = []
  readonly decisions: Decision[] = []
  readonly candidates: Candidate[] = []
  readonly walks: ModelWalk[] = []
  readonly #facts: ClusterFacts
  readonly #views: NodeViews
  readonly #nodes: readonly string[]
  readonly #source: string
  readonly #target: Target
  readonly #protocol: Protocol
  readonly #fromNode: boolean
  readonly #asked: Service | undefined
  /** Which node a connection passes is chosen outside. */
  readonly #several: boolean

  constructor(
    facts: ClusterFacts,
    views: NodeViews,
    nodes: readonly string[],
    source: string,
    target: Target,
    protocol: Protocol,
    fromNode: boolean,
    asked: Service | undefined,
    several: boolean,
  ) {
    this.#asked = asked
    this.#several = several
    this.#facts = facts
    this.#views = views
    this.#nodes = nodes
    this.#source = source
    this.#target = target
    this.#protocol = protocol
    this.#fromNode = fromNode
  }

  walk(): void {
    const view = this.#views.of(this.#nodes[0] as string)
    if (view === undefined) return
    const { address, port } = this.#target
    const packet = {
      source: this.#source,
      destination: address,
      protocol: this.#protocol,
      port,
      fromNode: this.#fromNode,
    }
    const found = view.outcomes(packet)
    for (const node of this.#nodes)
      this.walks.push({ node, ways: waysOf(this.#views.of(node)?.outcomes(packet) ?? []) })
    const claimed = view.frontendAt(address, this.#protocol, port)
    const at = listed(this.#nodes, 'or')
    const hook = this.#fromNode ? 'output' : 'prerouting'
    const [namespace, name = ''] = claimed?.service.split('/') ?? []
    const service = claimed && find(this.#facts.services, name, namespace)
    const inside = this.#fromNode || inCidrs(this.#facts.network.podCidrs, this.#source)
    const policy: TrafficPolicy =
      claimed?.frontend.policy === 'Local' && (claimed.frontend.kind === 'cluster-ip' || !inside) ? 'Local' : 'Cluster'
    const text = withProtocol(address, port, this.#protocol)
    const frontend = claimed?.frontend.address === undefined ? `node port ${port}/${this.#protocol}` : text
    const lost = view.lost.filter((one) => one.frontend === frontend).map((one) => one.service)
    const decided = { view, nodes: this.#nodes, claimed, service, policy, fromNode: this.#fromNode, lost }
    const ranges = claimed?.frontend.sourceRanges
    const guarded =
      ranges !== undefined && !inCidrs(ranges, this.#source) && found.some(({ verdict }) => verdict.kind === 'drop')
    if (claimed === undefined || service === undefined) {
      this.#unclaimed(view, found, `${at}, ${hook}`, text, decided)
      return
    }
    this.steps.push({
      at: `${at}, ${hook}`,
      text: `${text} is ${frontendText(claimed)}`,
      ...(lost.length > 0 && {
        details: [
          `${listed(lost)} ${lost.length === 1 ? 'claims' : 'claim'} it too, and ${lost.length === 1 ? 'does' : 'do'} not get it: the older Service has it`,
        ],
      }),
    })
    if (guarded) {
      const text = `${this.#source} is not in the source ranges ${listed(ranges ?? [])}: dropped`
      this.steps.push({ at: `${at}, guard`, text })
    } else this.#choose(view, claimed, service, policy, found, at)
    const refused = found.find(({ verdict }) => verdict.kind === 'reject' || verdict.kind === 'drop')?.verdict
    const outcomes: PathOutcome[] =
      refused?.kind === 'reject' || refused?.kind === 'drop'
        ? this.#nodes.map((node) => ({ node, verdict: refused.kind }))
        : deliver(
            this.#facts,
            { service, nodes: this.#nodes, source: this.#source, protocol: this.#protocol, asked: text },
            found,
            this.steps,
          )
    this.decisions.push({ ...decided, outcomes, guarded })
  }

  #choose(
    view: NodeView,
    { port, frontend }: Claimed,
    service: Service,
    policy: TrafficPolicy,
    found: readonly Outcome[],
    at: string,
  ): void {
    const chosen = new Set(
      found.flatMap(({ verdict }) => (verdict.kind === 'dnat' ? `${verdict.to.address} ${verdict.to.port}` : [])),
    )
    const portName = port.servicePort.slice(port.servicePort.indexOf(':') + 1)
    const { family, affinitySeconds } = port
    const question = { view, service, family, portName, protocol: this.#protocol, policy, chosen }
    const candidates = candidatesOf(this.#facts, question)
    this.candidates.push(...candidates)
    const policyName = frontend.kind === 'cluster-ip' ? 'internalTrafficPolicy' : 'externalTrafficPolicy'
    const spared =
      frontend.policy === 'Local' && policy === 'Cluster' ? ' (spares pods and the node itself: all endpoints)' : ''
    this.steps.push({
      at: `${at}, endpoints`,
      text: `${candidates.length === 0 ? 'none' : plural(candidates.length, 'candidate')}, ${policyName} ${frontend.policy}${spared}`,
      details: candidates.map(candidateText),
    })
    if (chosen.size === 0) {
      const dropped = found.some(({ verdict }) => verdict.kind === 'drop')
      const refusal = this.#protocol === 'TCP' ? 'a TCP reset' : 'ICMP port unreachable'
      const text = dropped
        ? 'there are endpoints, but none on this node: dropped without a word'
        : `there is no endpoint at all: refused with ${refusal}`
      this.steps.push({ at: `${at}, choice`, text })
      return
    }
    const one = chosen.size === 1 ? 'the only one' : `one of ${chosen.size}, by chance, each as likely`
    const text = `a new connection gets ${one}${affinitySeconds === undefined ? '' : this.#stickyText(affinitySeconds)}`
    this.steps.push({ at: `${at}, choice`, text })
  }

  /** Each node remembers the clients that it met itself: what another one gave them it does not know. */
  #stickyText(seconds: number): string {
    return this.#several
      ? `; the node then gives the same client the same for ${seconds} seconds (ClientIP), but another node may give it another, and which node a connection passes is not the node’s choice: it is not held`
      : `; then the client stays with it for ${seconds} seconds (ClientIP)`
  }

  /** No Service’s here: refused by the guard of ClusterIPs, or passed on. */
  #unclaimed(
    view: NodeView,
    found: readonly Outcome[],
    at: string,
    text: string,
    decided: Omit<Decision, 'outcomes' | 'guarded'>,
  ): void {
    const verdict = found[0]?.verdict.kind
    const outcomesOf = (kind: 'reject' | 'drop') => this.#nodes.map((node): PathOutcome => ({ node, verdict: kind }))
    if (verdict === 'reject') {
      this.steps.push({ at, text: `${this.#target.address} is a ClusterIP, but ${text} is no port of it: refused` })
      this.decisions.push({ ...decided, outcomes: outcomesOf('reject'), guarded: false })
      return
    }
    if (verdict === 'drop') {
      this.steps.push({
        at,
        text: `no Service has ${this.#target.address}, and it lies in the range of Services: dropped`,
      })
      this.decisions.push({ ...decided, outcomes: outcomesOf('drop'), guarded: false })
      return
    }
    this.steps.push({ at, text: `${text} is no Service’s here: it goes on as it was addressed` })
    const onward = passOn(this.#facts, view, this.#target, this.#protocol, this.#source, this.#asked, this.steps)
    if (onward.kind === 'node') {
      const { node } = onward
      const [facts, views, source, target] = [this.#facts, this.#views, this.#source, this.#target]
      const next = new Hop(facts, views, [node], source, target, this.#protocol, false, this.#asked, false)
      next.walk()
      this.steps.push(...next.steps)
      this.decisions.push(...next.decisions)
      this.candidates.push(...next.candidates)
      this.walks.push(...next.walks)
      return
    }
    this.decisions.push({ ...decided, outcomes: [onward.outcome], guarded: false })
  }
}
