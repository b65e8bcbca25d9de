import type { Element } from '../nftables/rule.ts'
import type { Ruleset } from '../nftables/ruleset/ruleset.ts'
import { masquerade, statementsOf } from '../nftables/ruleset/statements.ts'
import type { SetDefinition } from '../nftables/set-definition.ts'
import { SetTable } from '../nftables/set-table.ts'

/** In each family. Apart from that of the Services: who has another proxy, or needs no masquerade, has one without the other. */
const EGRESS_TABLE = 'fairlead-egress'

const definitions = [
  /** Where this node's pods live. */
  { name: 'own-pods', key: ['saddr'], interval: true, owner: 'node' },
  /** Ranges where a pod's own address is known. */
  { name: 'inside', key: ['daddr'], interval: true, owner: 'node' },
  { name: 'nodes', key: ['daddr'], owner: 'node' },
  // No rule reads it: it tells which rules these are.
  { name: 'stamp', key: ['word'], owner: 'rules' },
] as const satisfies readonly SetDefinition[]

type EgressSetName = (typeof definitions)[number]['name']

const { lookup, lookupNot } = statementsOf<EgressSetName>()

/**
 * What a pod of this node sends to who does not know its address leaves with the node's. Behind the place where proxies
 * do the like (100): a connection that one of them has given a source keeps that one.
 */
export const EGRESS_RULESET: Ruleset = {
  table: EGRESS_TABLE,
  sets: new SetTable(definitions),
  chains: [
    {
      name: 'masquerade-outside',
      hook: { type: 'nat', hook: 'postrouting', priority: 110 },
      rules: [
        [lookup(['saddr'], 'own-pods'), lookupNot(['daddr'], 'inside'), lookupNot(['daddr'], 'nodes'), masquerade],
      ],
    },
  ],
  kindChains: () => [],
}

/** Elements of these addresses or ranges, in a set of the table. */
export const egressElements = (set: Exclude<EgressSetName, 'stamp'>, texts: readonly string[]): readonly Element[] =>
  texts.map((text) => ({ family: text.includes(':') ? 'ip6' : 'ip', set, key: [text] }))
