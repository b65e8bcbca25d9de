import { blocksPeer } from './peer.ts'
import type { Policy, Rule } from './rule.ts'
import { unionOf } from './traffic.ts'

/**
 * The same rules in fewer: blocks of one rule are one peer, and of a NetworkPolicy, whose rules add up, those of the same peers
 * or of the same traffic are one rule. What policies cost grows with the rules and peers that may mean the same address.
 */
export const folded = (policy: Policy): Policy => {
  const known = foldings.get(policy)
  if (known !== undefined) return known
  const fold = (rules: readonly Rule[] | undefined) =>
    rules && (policy.tier === 'NetworkPolicy' ? ofSameTraffic(ofSamePeers(rules)) : rules).map(withBlocksAsOne)
  const made = { ...policy, rules: { ingress: fold(policy.rules.ingress), egress: fold(policy.rules.egress) } }
  foldings.set(policy, made)
  return made
}
const foldings = new WeakMap<Policy, Policy>()

const ofSamePeers = (rules: readonly Rule[]): readonly Rule[] =>
  together(rules, ({ peers }) => peers?.map(({ key }) => key).join('\n') ?? '*').map((all) => ({
    ...all[0]!,
    traffic: unionOf(all.map(({ traffic }) => traffic)),
    names: all.flatMap(({ names }) => names),
  }))

const ofSameTraffic = (rules: readonly Rule[]): readonly Rule[] =>
  together(rules, ({ peers, traffic, names }) => (peers ? JSON.stringify([traffic, names]) : '*')).map((all) => ({
    ...all[0]!,
    peers: all[0]!.peers && all.flatMap(({ peers }) => peers ?? []),
  }))

const withBlocksAsOne = (rule: Rule): Rule => {
  const blocks = rule.peers?.filter((peer) => peer.kind === 'block') ?? []
  if (blocks.length < 2) return rule
  return { ...rule, peers: [...rule.peers!.filter(({ kind }) => kind !== 'block'), blocksPeer(blocks)] }
}

const together = (rules: readonly Rule[], textOf: (rule: Rule) => string): readonly (readonly Rule[])[] => {
  const groups = new Map<string, Rule[]>()
  for (const rule of rules) {
    const text = textOf(rule)
    const group = groups.get(text)
    if (group === undefined) groups.set(text, [rule])
    else group.push(rule)
  }
  return [...groups.values()]
}
