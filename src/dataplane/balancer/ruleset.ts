import type { Chain, Key, Rule, SetDefinition } from '../nftables/rule.ts'
import { rejectIt } from '../nftables/ruleset/choice-chains.ts'
import { type Kind, kindName } from '../nftables/ruleset/kinds.ts'
import type { Ruleset } from '../nftables/ruleset/ruleset.ts'
import { FRONTEND } from '../nftables/ruleset/sets.ts'
import { drop, find, go, hasPorts, lookup, lookupNot } from '../nftables/ruleset/statements.ts'

/** In the word of a frontend: which nodes serve it (20 bits), and beside it the kind. */
export const NODES_SHIFT = 12
const NODES = { word: 0xfffff000 } as const
const OF_NODES: Key = [NODES, 'ct-mark']

/** In the order of `slots`' data: a node's mark, by which a packet is routed to it. */
const sets: readonly SetDefinition[] = [
  { name: 'service-cidrs', key: ['daddr'], interval: true },
  { name: 'balanced-cidrs', key: ['daddr'], interval: true },
  { name: 'nodes', key: ['ct-mark'] },
  { name: 'balanced', key: ['daddr'] },
  { name: 'frontends', key: FRONTEND, data: 'word' },
  { name: 'owners', key: FRONTEND, data: 'mark' },
  { name: 'kinds', key: ['word'], data: 'verdict' },
  { name: 'slots', key: ['word', { random: 2 }], data: 'ct-mark' },
  { name: 'members', key: ['word', 'ct-mark'] },
  { name: 'keepers', key: ['word', 'ct-mark'] },
  { name: 'affinity', key: ['mark', 'client'], data: 'ct-mark', pins: true },
  // No rule reads it: it tells the next process which rules these are.
  { name: 'stamp', key: ['word'] },
]

const accept = { do: 'accept' } as const
const toFlowsNode = { do: 'set-mark-to-flow' } as const

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
      [{ do: 'lookup', key: ['saddr'], set: 'balanced-cidrs' }, accept],
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
        { name: `stick-${seconds}`, rules: [[{ do: 'pin-flow', seconds }, toFlowsNode, accept]] },
        {
          name: kindName(kind),
          rules: [
            [{ do: 'set-mark-from', key: FRONTEND, map: 'owners' }],
            [
              { do: 'set-flow-from', key: ['mark', 'client'], map: 'affinity' },
              lookup(OF_NODES, 'members'),
              go('goto', `stick-${seconds}`),
            ],
            [{ do: 'unpin-flow' }],
            ...draw(count, `stick-${seconds}`),
          ],
        },
      ]
    }
  }
}

/**
 * The load balancer of a cluster of so many nodes: constant rules of the fabric, as each node has some. It marks a
 * packet with the node that it shall go to, and routes lead there; it translates nothing. A connection's node stands in
 * the kernel's connection table, so that what flows stays where it is, whatever becomes of frontends and of this
 * process.
 */
export const balancerRuleset = (nodes: number): Ruleset => ({ sets, chains: chainsFor(nodes), kindChains })
