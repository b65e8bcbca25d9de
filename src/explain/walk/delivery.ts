import type { Service } from '#api/core/service/message.ts'
import type { Outcome } from '#dataplane/evaluator/evaluate.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText, homeOf } from '../cluster/lookup.ts'
import type { Target } from '../resolve/address-destination.ts'
import type { PathOutcome } from '../trace/walk/outcome.ts'
import type { SourceFate, Step } from '../trace/walk/step.ts'
import { arrive, nodeAddress } from './arrival.ts'
import { policySteps, under, wordsAt } from './policies.ts'

interface Deciding {
  /** Undefined: a host port of a pod. */
  readonly service: Service | undefined
  readonly nodes: readonly string[]
  readonly source: string
  readonly asked: Target
  readonly protocol: Protocol
}

interface Translated {
  readonly target: Target
  readonly masquerade: boolean
}

/** From the translation to the pods, for each backend that the rules may choose. */
export function deliver(
  facts: ClusterFacts,
  { service, nodes, source, asked, protocol }: Deciding,
  found: readonly Outcome[],
): { readonly steps: readonly Step[]; readonly outcomes: readonly PathOutcome[] } {
  const all = translatedBy(found)
  const own = nodes.map((name) => nodeAddress(facts, name, familyOfText(source)))
  // What a node hands to a program of its own does not leave it: postrouting, where sources are changed, is not met. What
  // it sends itself meets it all the same.
  const stays = (node: string, { address }: Target): boolean =>
    nodeAddress(facts, node, familyOfText(source)) !== source &&
    nodeAddress(facts, node, familyOfText(address)) === address
  const handed = nodes.filter((node) => all.some(({ target }) => stays(node, target)))
  const leaving = all.filter(({ target }) => nodes.some((node) => !stays(node, target)))
  const fate = own.every((address) => address === source) ? 'own' : fateOf(source, leaving)
  const arrivals = all.map(({ target }) => arrive(facts, nodes, target, protocol, { service }))
  const ways = all.flatMap(({ target, masquerade: wanted }, which) => {
    const { verdict, pod, doubt } = arrivals[which] as (typeof arrivals)[number]
    return nodes.map((node, index) => {
      const masqueraded = wanted && !stays(node, target)
      const seen = masqueraded ? own[index] : source
      const words = wordsAt(facts, { node, source, seen: seen ?? source, target, protocol })
      const outcome: PathOutcome = {
        node,
        verdict:
          verdict === 'deliver' && !masqueraded && !repliesPass(facts, node, source, target) ? 'astray' : verdict,
        ...doubt,
        backend: { ...target, ...(pod && { pod }) },
        translated: true,
        masqueraded,
        ...(seen !== undefined && { sourceSeen: seen }),
      }
      return { which, words, outcome: under(outcome, words) }
    })
  })
  const outcomes = ways.map(({ outcome }) => outcome)
  const policies = policySteps(
    facts,
    nodes,
    ways.map(({ words }) => words),
  )
  const isDenied = (which: number): boolean =>
    ways.every((way) => way.which !== which || way.outcome.verdict === 'denied')
  const astray = outcomes.flatMap(({ verdict, backend }) => (verdict === 'astray' && backend ? backend.address : []))
  const steps: readonly Step[] = [
    { code: 'translation', nodes, from: asked, protocol, to: all.map(({ target }) => target) },
    ...policies.here,
    ...(fate === undefined ? [] : [{ code: 'postrouting', nodes, source, does: fate } as const]),
    ...(handed.length === 0 ? [] : [{ code: 'input', nodes: handed, source } as const]),
    {
      code: 'route',
      nodes,
      arrivals: arrivals.map(({ arrival }, which) => (isDenied(which) ? { ...arrival, denied: true } : arrival)),
    },
    ...policies.behind,
    ...(astray.length === 0 ? [] : [{ code: 'reply-astray', nodes, source, backends: [...new Set(astray)] } as const]),
  ]
  return { steps, outcomes }
}

/** The backends that chance may give, each once. */
function translatedBy(found: readonly Outcome[]): readonly Translated[] {
  const all = new Map<string, Translated>()
  for (const { verdict } of found)
    if (verdict.kind === 'dnat') {
      const { to, masquerade } = verdict
      all.set(`${to.address} ${to.port} ${masquerade}`, {
        target: { address: to.address, port: to.port },
        masquerade,
      })
    }
  return [...all.values()]
}

/**
 * Whether the reply of a backend that sees the sender's own address passes the node that translated the packet: only
 * there its source becomes again what the sender asked.
 */
const repliesPass = (facts: ClusterFacts, node: string, source: string, { address }: Target): boolean =>
  homeOf(facts, source) === node || homeOf(facts, address) === node

/** What postrouting does to the source, on the way to all of these; undefined where none of them meets it. */
function fateOf(source: string, leaving: readonly Translated[]): SourceFate | undefined {
  if (leaving.length === 0) return undefined
  const masqueraded = leaving.filter(({ masquerade }) => masquerade)
  if (masqueraded.length === 0) return 'keep'
  const itself = masqueraded.filter(({ target }) => target.address === source)
  if (itself.length === leaving.length) return 'masquerade-to-itself'
  return masqueraded.length === leaving.length ? 'masquerade' : 'keep-or-itself'
}
