import { type Chain, type Key, type Rule, type Statement, TABLE } from '../nftables/rule.ts'
import { rejectIt } from '../nftables/ruleset/choice-chains.ts'
import { type Kind, kindName } from '../nftables/ruleset/kinds.ts'
import type { Ruleset } from '../nftables/ruleset/ruleset.ts'
import { FRONTEND } from '../nftables/ruleset/sets.ts'
import { drop, go, hasPorts, statementsOf } from '../nftables/ruleset/statements.ts'
import { SetTable } from '../nftables/set-table.ts'
import { type BalancerSetName, sets } from './sets.ts'

/** In the word of a frontend: which nodes serve it (20 bits), and beside it the kind. */
export const NODES_SHIFT = 12
const NODES = { word: 0xfffff000 } as const
const OF_NODES: Key = [NODES, 'ct-mark']

const { lookup, lookupNot, find } = statementsOf<BalancerSetName>()
const accept = { do: 'accept' } as const
const toFlowsNode = { do: 'set-mark-to-flow' } as const
/** Who the client of a frontend with affinity is; `owners` has said of which service port. */
const CLIENT: Key = ['mark', 'client']
const pin = (seconds: number): Statement => ({
  do: 'update',
  map: 'affinity',
  key: CLIENT,
  data: 'ct-mark',
  seconds,
})
const unpin: Statement = { do: 'forget', map: 'affinity', key: CLIENT, data: 'ct-mark' }

const chainsFor = (nodes: number): readonly Chain[] => [
  rejectIt,
  { name: 'to-node', rules: [[toFlowsNode, accept]] },
  {
    name: 'known',
    rules: [
      // An unanswered flow, and one that has no end (UDP), stays with its node only while that could answer.
      [lookup(OF_NODES, 'keepers'), go('goto', 'to-node')],
      [{ do: 'goto-kind' }],
      [drop],
    ],
  },
  {
    name: 'track',
    hook: { type: 'filter', hook: 'prerouting', priority: -300 },
    // Nothing else that passes is anybody's business here.
    rules: [
      [lookup(['daddr'], 'balanced-cidrs'), accept],
      [lookup(['saddr'], 'balanced-cidrs'), accept],
      [{ do: 'notrack' }],
    ],
  },
  {
    name: 'balance',
    hook: { type: 'filter', hook: 'prerouting', priority: -150 },
    rules: [
      // A ClusterIP is every node's: one of them for each client and address, so that what it holds of a client counts.
      [lookup(['daddr'], 'service-cidrs'), { do: 'set-mark-by-hash', nodes }, accept],
      [lookupNot(['daddr'], 'balanced-cidrs'), accept],
      [
        { do: 'connection-answered' },
        { do: 'protocol-is', protocol: 'udp', not: true },
        lookup(['ct-mark'], 'nodes'),
        go('goto', 'to-node'),
      ],
      [{ do: 'connection-invalid' }, drop],
      [hasPorts, find(FRONTEND, 'frontends'), go('goto', 'known')],
      // What no Service has is left to the route, which is unreachable.
      [lookup(['daddr'], 'balanced'), go('goto', 'reject-it')],
    ],
  },
]

/**
 * Draws a node. A packet is not bound to one transaction: it may have seen the frontend of before and see the nodes of
 * after; then it tries slot 0, and is dropped, and sent again, where there is none any more.
 */
const draw = (count: number, chain: string): readonly Rule[] => [
  ...[count, 1].map(
    (slots): Rule => [{ do: 'set-flow-from', key: [NODES, { random: slots }], map: 'slots' }, go('goto', chain)],
  ),
  [drop],
]

/** The chains of a kind, each after those that it names. */
function kindChains(kind: Kind): readonly Chain[] {
  switch (kind.kind) {
    case 'drop':
    case 'reject':
      return []
    case 'pick':
      return [{ name: kindName(kind), rules: draw(kind.count, 'to-node') }]
    case 'sticky': {
      const { seconds, count } = kind
      return [
        { name: `stick-${seconds}`, rules: [[pin(seconds), toFlowsNode, accept]] },
        {
          name: kindName(kind),
          rules: [
            [{ do: 'set-mark-from', key: FRONTEND, map: 'owners' }],
            [
              { do: 'set-flow-from', key: CLIENT, map: 'affinity' },
              lookup(OF_NODES, 'members'),
              go('goto', `stick-${seconds}`),
            ],
            [unpin],
            ...draw(count, `stick-${seconds}`),
          ],
        },
      ]
    }
  }
}

/**
 * The load balancer of a cluster whose marks of nodes are 1 to `nodes`: constant rules of the fabric, as each node has some. It marks a
 * packet with the node that it shall go to, and routes lead there; it translates nothing. A connection's node stands in
 * the kernel's connection table, so that what flows stays where it is, whatever becomes of frontends and of this
 * process.
 */
export const balancerRuleset = (nodes: number): Ruleset => ({
  table: TABLE,
  sets: new SetTable(sets),
  chains: chainsFor(nodes),
  kindChains,
})
