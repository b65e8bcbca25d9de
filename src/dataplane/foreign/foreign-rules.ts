import { type Cidr, overlaps } from '#net/cidr.ts'
import { type ChainOfRules, ChainTable, type ListedRule, type ListedRuleset } from './listed-ruleset.ts'
import { ownerOf } from './owner.ts'
import { acceptsAllTo, conditionsOf, destinationOf, endsPacket, translates, untracks } from './rule-words.ts'

/** What rules that are not ours do to Services. */
export type ForeignRuleCode =
  /** What is forwarded is dropped or refused unless a rule accepts it, and none accepts all that goes to pods. */
  | 'FORWARD_CLOSED'
  /** The same for what the node itself is asked: health checks, DNS, webhooks and pods in its network. */
  | 'INPUT_CLOSED'
  /** Packets are dropped or refused while they still have a Service's address. */
  | 'DROPPED_BEFORE'
  /** Connections are not followed, so nothing can be translated. */
  | 'UNTRACKED'
  /** Destinations are translated before we are asked. */
  | 'TRANSLATED_BEFORE'
  /** Another proxy forwards Services: one that does not run any more would lead to pods that have gone. */
  | 'OTHER_PROXY'

export interface ForeignRule {
  readonly code: ForeignRuleCode
  /** `blocks`: Services fail. `may`: some do, which depends on what nft does not show, or on which packets meet it. */
  readonly effect: 'blocks' | 'may'
  /** `ip filter FORWARD`, as nft names a chain. */
  readonly chain: string
  /** Who keeps it, where its names tell: `docker`, `ufw`, `firewalld`, `kube-proxy` … */
  readonly owner?: string
}

/** Ranges of addresses of both families. */
export interface ClusterRanges {
  readonly podCidrs: readonly Cidr[]
  readonly serviceCidrs: readonly Cidr[]
}

/** The priority of our chains that translate destinations. */
const OURS = -100
const OUR_TABLE = /^fairlead(?:$|-)/

/**
 * The rules of others in a node's kernel that are in the way of its Services. `ruleset`: what `nft -j list ruleset` prints, of
 * all tables; ours are passed over. What iptables-legacy holds is not in it.
 */
export const foreignRules = (ruleset: ListedRuleset, ranges: ClusterRanges): readonly ForeignRule[] => {
  const chains = new ChainTable(ruleset)
  const found: ForeignRule[] = []
  for (const chain of chains.all()) {
    if (chain.hook === undefined || OUR_TABLE.test(chain.table)) continue
    const reached = chains.reachedFrom(chain)
    const note = (code: ForeignRuleCode, effect: ForeignRule['effect']): void => {
      const owner = ownerOf(chain, reached)
      found.push({ code, effect, chain: `${chain.family} ${chain.table} ${chain.name}`, ...(owner && { owner }) })
    }
    for (const [code, effect] of faultsOf(chain, reached, ranges)) note(code, effect)
  }
  return found
}

type Fault = readonly [ForeignRuleCode, ForeignRule['effect']]

const faultsOf = (chain: ChainOfRules, reached: readonly ChainOfRules[], ranges: ClusterRanges): readonly Fault[] => {
  const rules = reached.flatMap((one) => one.rules)
  const { type, hook, prio = 0 } = chain
  const faults: Fault[] = []
  if (type === 'filter' && (hook === 'forward' || hook === 'input') && isClosed(chain)) {
    if (hook === 'input') faults.push(['INPUT_CLOSED', 'may'])
    else if (!podsAreLetThrough(chain, rules, ranges)) faults.push(['FORWARD_CLOSED', 'blocks'])
  }
  if (hook === 'prerouting' || hook === 'output') {
    if (type === 'filter' && prio < OURS) faults.push(...faultsBefore(rules, ranges))
    if (type === 'nat' && prio < OURS && rules.some(translates)) faults.push(['TRANSLATED_BEFORE', 'may'])
    if (type === 'nat' && reached.some(isOfOtherProxy)) faults.push(['OTHER_PROXY', 'may'])
  }
  return faults
}

/** A policy that drops, or a last rule that does, whatever the packet. */
const isClosed = ({ policy, rules }: ChainOfRules): boolean => policy === 'drop' || rules.some(endsAll)

const endsAll = (rule: ListedRule): boolean => endsPacket(rule) && conditionsOf(rule).length === 0

const podsAreLetThrough = (
  { family }: ChainOfRules,
  rules: readonly ListedRule[],
  { podCidrs }: ClusterRanges,
): boolean =>
  podCidrs
    .filter(({ address }) => family === 'inet' || (family === 'ip') === (address.family === 'IPv4'))
    .every((range) => rules.some((rule) => acceptsAllTo(rule, range)))

const faultsBefore = (rules: readonly ListedRule[], { serviceCidrs }: ClusterRanges): readonly Fault[] => {
  const faults: Fault[] = []
  const named = (rule: ListedRule): boolean =>
    conditionsOf(rule).some((condition) => {
      const destination = destinationOf(condition)
      return destination !== undefined && serviceCidrs.some((range) => overlaps(range, destination))
    })
  const untracked = rules.map((rule) => untracks(rule))
  if (untracked.some((one, at) => one === 'yes' && conditionsOf(rules[at]!).length === 0))
    faults.push(['UNTRACKED', 'blocks'])
  else if (untracked.some((one) => one !== 'no')) faults.push(['UNTRACKED', 'may'])
  if (rules.some(endsAll)) faults.push(['DROPPED_BEFORE', 'blocks'])
  else if (rules.some((rule) => endsPacket(rule) && named(rule))) faults.push(['DROPPED_BEFORE', 'may'])
  return faults
}

/** kube-proxy's chains of a Service, in each of its modes that nft shows. */
const isOfOtherProxy = ({ table, name }: ChainOfRules): boolean =>
  /^KUBE-(?:SVC|EXT)-/.test(name) || (table === 'kube-proxy' && name === 'services')
