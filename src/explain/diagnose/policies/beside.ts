import type { ClusterFacts } from '../../cluster/facts.ts'
import { policiesOf } from '../../policies/view-of.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Effect } from '../../trace/effect.ts'
import type { OwnPolicy } from './own-policy.ts'

/**
 * Cures that stand beside each other can all be done, in their order: each new policy has a name that no other has, and nothing
 * gets a label that a cure before gives another value.
 */
export function besideOneAnother<T extends { readonly cures: readonly Cure[] }>(
  facts: ClusterFacts,
  findings: readonly T[],
): readonly T[] {
  const taken = new Map<string, string>(
    (policiesOf(facts)?.policies ?? []).map(({ kind, name }) => [kind === 'NetworkPolicy' ? name : '', '']),
  )
  const labels = new Map<string, string>()
  return findings.map((finding) => {
    const cures = finding.cures.filter((cure) => canLabel(labels, cure)).map((cure) => named(taken, cure))
    const [first] = cures
    return first?.alternative ? { ...finding, cures: [plain(first), ...cures.slice(1)] } : { ...finding, cures }
  })
}

const plain = ({ alternative: _, ...cure }: Cure): Cure => cure as Cure

/** The same policy again keeps its name. */
function named(taken: Map<string, string>, cure: Cure): Cure {
  if (cure.input === undefined || !('policy' in cure.effect)) return cure
  const policy = JSON.parse(cure.input) as OwnPolicy
  const { namespace, name } = policy.metadata
  const text = JSON.stringify(policy.spec)
  const known = [...taken].find(([key, one]) => one === text && key.startsWith(`${namespace}/`))?.[0]
  let free = known?.slice(namespace.length + 1) ?? name
  for (let next = 2; taken.get(`${namespace}/${free}`) !== undefined; next++) {
    if (taken.get(`${namespace}/${free}`) === text) break
    free = `${name}-${next}`
  }
  taken.set(`${namespace}/${free}`, text)
  if (free === name) return cure
  return {
    ...cure,
    input: JSON.stringify({ ...policy, metadata: { ...policy.metadata, name: free } }),
    effect: { ...cure.effect, policy: { ...cure.effect.policy, name: free } } as Effect,
  }
}

function canLabel(labels: Map<string, string>, { effect }: Cure): boolean {
  if (effect.code !== 'label-pod' && effect.code !== 'label-namespace') return true
  const given = Object.entries(effect.labels).map(
    ([key, value]) => [JSON.stringify([effect.object, key]), value] as const,
  )
  if (given.some(([at, value]) => labels.get(at) !== undefined && labels.get(at) !== value)) return false
  for (const [at, value] of given) labels.set(at, value)
  return true
}
