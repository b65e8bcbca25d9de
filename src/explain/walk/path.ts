import type { Service } from '#api/core/service/message.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText, isLoopback } from '../cluster/lookup.ts'
import type { Target } from '../resolve/address-destination.ts'
import { type Source, sourceAddress } from '../resolve/source.ts'
import type { Candidate } from '../trace/walk/candidate.ts'
import type { ModelWalk } from '../trace/walk/model-walk.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Step } from '../trace/walk/step.ts'
import type { Decision } from './decision.ts'
import { entranceOf } from './entry.ts'
import { type Asking, walkHop } from './hop.ts'
import { itself } from './itself.ts'
import type { NodeViews } from './node-views.ts'

export interface Path {
  readonly target: Target
  readonly protocol: Protocol
  /** The sender's address. */
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
  const from = sourceAddress(source, familyOfText(target.address)) as string
  const empty = { target, protocol, source: from, candidates: [], decisions: [], walks: [] }
  if (isLoopback(target.address) || (source.pod !== undefined && !source.onNode && from === target.address)) {
    const { step, outcome } = itself(facts, source, target, protocol)
    return { ...empty, source: target.address, steps: [step], outcomes: [outcome], itself: true }
  }
  const { nodes, fromNode, entry, verdict } = entranceOf(facts, source, target, protocol)
  const sent: Step = { code: 'sent', from, to: target, protocol, entry }
  if (nodes.length === 0) return { ...empty, steps: [sent], outcomes: [{ verdict }] }
  // Our own fabric keeps a client with one node where the Service wants it; what stands before the nodes of others is not
  // known.
  const spread = facts.network.foreign === true && nodes.length > 1
  const asking: Asking = { facts, views, source: from, target, protocol, asked, spread }
  const hops = alike(asking, nodes, fromNode).map((group) => walkHop(asking, group, fromNode))
  const candidates: Candidate[] = []
  for (const one of hops.flatMap((hop) => hop.candidates))
    if (!candidates.some((known) => isSame(known, one))) candidates.push(one)
  return {
    ...empty,
    steps: [sent, ...hops.flatMap(({ steps }) => steps)],
    candidates,
    decisions: hops.flatMap(({ decisions }) => decisions),
    outcomes: hops.flatMap(({ decisions }) => decisions.flatMap(({ outcomes }) => outcomes)),
    walks: hops.flatMap(({ walks }) => walks),
  }
}

/** Nodes that decide differently may have an endpoint in common. */
const isSame = (one: Candidate, other: Candidate): boolean =>
  one.address === other.address && one.port === other.port && one.pod?.name === other.pod?.name

/** Nodes in groups that do the same with the packet. */
function alike(
  { views, source, target: { address, port }, protocol }: Asking,
  nodes: readonly string[],
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
