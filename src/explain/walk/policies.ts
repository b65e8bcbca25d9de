import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { closedDns } from '../policies/dns.ts'
import { policiesOf } from '../policies/view-of.ts'
import { isSaid, wordOf } from '../policies/word.ts'
import type { PolicyWord } from '../trace/policies/word.ts'
import type { Socket } from '../trace/reference.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { Step } from '../trace/walk/step.ts'

/** A first packet at a node, as it is behind its translation. */
interface Judged {
  readonly node: string
  readonly source: string
  /** Its source where it has left the node. */
  readonly seen: string
  readonly target: Socket
  readonly protocol: Protocol
}

/**
 * What the policies of both ends say: those of the sender at the node that holds it, of who is asked at the node of that.
 * Masquerade comes behind policies: of a pod of the same node, the sender is still who it is.
 */
export function wordsAt(facts: ClusterFacts, { node, source, seen, target, protocol }: Judged): readonly PolicyWord[] {
  const view = policiesOf(facts)
  if (view === undefined) return []
  const asked = { protocol, port: target.port }
  const leaving = view.word('egress', source, target.address, asked)
  const home = view.podAt(target.address)?.node
  const from = home === node ? source : seen
  // What a pod sends to itself nobody asks about, whatever address it then has.
  const entering = source === target.address ? undefined : view.word('ingress', from, target.address, asked)
  return [
    ...(leaving?.pod.node === node && isSaid(leaving) ? [wordOf(view, leaving)] : []),
    ...(entering && isSaid(entering) ? [wordOf(view, entering, from === source ? undefined : source)] : []),
  ]
}

/** An outcome as it is under these words. */
export const under = (outcome: PathOutcome, words: readonly PolicyWord[]): PathOutcome => {
  const stops = words.filter(({ passes }) => !passes)
  if (stops.length === 0) return outcome
  const { listensUnknown: _, undeclared: __, ...rest } = outcome
  return { ...rest, verdict: 'denied', stops }
}

const isStopped = (words: readonly PolicyWord[], direction: PolicyWord['direction']): boolean =>
  words.some((word) => word.direction === direction && !word.passes)

/**
 * The steps of what policies say of one packet's ways: at the nodes that it is at, and behind them. What does not leave
 * its sender is not asked about anywhere else.
 */
export function policySteps(
  facts: ClusterFacts,
  nodes: readonly string[],
  ways: readonly (readonly PolicyWord[])[],
): { readonly here: readonly Step[]; readonly behind: readonly Step[] } {
  const met = ways.flatMap((words) =>
    isStopped(words, 'egress') ? words.filter(({ direction }) => direction === 'egress') : words,
  )
  const distinct = [...new Map(met.map((word) => [JSON.stringify(word), word])).values()]
  const [here, behind] = [true, false].map((isHere) =>
    [...Map.groupBy(distinct, ({ node }) => node)]
      .filter(([node]) => nodes.includes(node) === isHere)
      .map(([node, words]): Step => ({ code: 'policies', nodes: [node], words, noDns: dnsOf(facts, words) })),
  ) as [Step[], Step[]]
  return { here, behind }
}

/** Worth a word where the sender may ask something, and cannot ask for its name. */
const dnsOf = (facts: ClusterFacts, words: readonly PolicyWord[]): readonly Protocol[] => {
  const word = words.find(({ direction, passes }) => direction === 'egress' && passes)
  return word === undefined ? [] : closedDns(facts, word.pod)
}
