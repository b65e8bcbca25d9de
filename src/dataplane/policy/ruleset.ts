import type { Chain, Field, Key, Rule, Statement } from '../nftables/rule.ts'
import type { Ruleset } from '../nftables/ruleset/ruleset.ts'
import { drop, go, ownSourceRules, statementsOf } from '../nftables/ruleset/statements.ts'
import { SetTable } from '../nftables/set-table.ts'
import { OF_EGRESS, OF_INGRESS, type PolicySetName, portsOf, sets } from './sets.ts'

/** In each family. Apart from that of the Services, so that either lives without the other, and beside others' Services. */
export const POLICY_TABLE = 'fairlead-policy'

const { lookup, find } = statementsOf<PolicySetName>()
const accept: Statement = { do: 'accept' }
const answered: Statement = { do: 'connection-answered' }
/** Who is known by no number is nobody in particular. */
const nobody: Statement = { do: 'set-word', and: 0, or: 0 }

type Direction = 'ingress' | 'egress'
const judge = (key: Key, map: PolicySetName): Statement => ({ do: 'judge', key, map })

/** What is said of who it is, and then what is said of anyone; where nothing is, it is dropped. */
const policed = (direction: Direction, of: Key, other: Field): Chain => {
  const asked: readonly Rule[] = [
    [judge(portsOf(of), `${direction}-port`)],
    [judge(portsOf(of), `${direction}-ports`)],
    [judge(of, `${direction}-rest`)],
  ]
  return {
    name: `to-${direction}`,
    rules: [
      // A look-up that finds nothing ends its rule, and would leave the word of before.
      [nobody],
      [find([other], 'identities')],
      [{ do: 'word-is', word: 0 }, find([other], 'cells')],
      ...asked,
      [nobody],
      ...asked,
      [drop],
    ],
  }
}

const leaving: Rule = [lookup(['saddr'], 'policed-egress'), go('jump', 'to-egress')]
/**
 * Of a connection that was forgotten since it is not allowed any more, the kernel takes the next packet for the first of
 * another: from whichever end it comes.
 */
const midStream = (end: 'saddr' | 'daddr'): Rule => [{ do: 'mid-stream' }, lookup([end], 'policed'), drop]

/** Whom policies let in is known by its address. The Services' rules see to it that it is its own; beside another proxy we do. */
const source: Chain = {
  name: 'policy-source',
  hook: { type: 'filter', hook: 'prerouting', priority: -300 },
  rules: ownSourceRules,
}

const chains: readonly Chain[] = [
  policed('ingress', OF_INGRESS, 'saddr'),
  policed('egress', OF_EGRESS, 'daddr'),
  {
    name: 'policy-forward',
    hook: { type: 'filter', hook: 'forward', priority: 0 },
    // Behind the choice of an endpoint, and before masquerade: both ends are who they are.
    rules: [
      [answered, accept],
      [lookup(['saddr', 'daddr'], 'selves'), accept],
      midStream('saddr'),
      midStream('daddr'),
      leaving,
      [lookup(['daddr'], 'policed-ingress'), go('jump', 'to-ingress')],
    ],
  },
  {
    name: 'policy-input',
    hook: { type: 'filter', hook: 'input', priority: 0 },
    // Pods that talk to the node itself. Who asks for its neighbours' addresses is in no connection.
    rules: [[answered, accept], [{ do: 'connection-untracked' }, accept], midStream('saddr'), leaving],
  },
  {
    name: 'policy-output',
    hook: { type: 'filter', hook: 'output', priority: 0 },
    // The node may always talk with its pods, but not go on with what a pod must not have begun.
    rules: [[answered, accept], midStream('daddr')],
  },
]

/** What every node's kernel holds for policies. What the node itself sends to its pods passes: probes before all. */
export const POLICY_RULESET: Ruleset = {
  table: POLICY_TABLE,
  sets: new SetTable(sets),
  chains,
  kindChains: () => [],
}

/** The same where none of our rules for Services are beside it. */
export const LONE_POLICY_RULESET: Ruleset = { ...POLICY_RULESET, chains: [source, ...chains] }
