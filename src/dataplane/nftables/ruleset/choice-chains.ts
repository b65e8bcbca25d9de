import { type Chain, type Rule, WORD } from '../rule.ts'
import { drop, go, hasPorts } from './statements.ts'

/**
 * Up to so many endpoints a Service is answered by a chain that is always there, by one lookup. nft 1.0.6 cannot add a
 * rule that translates by a map to a table that is there already (it reads `th dport` in the map's type back as another
 * protocol: "conflicting protocols"), so chains that are made later must not translate: they go through `slots` and
 * `to-endpoint`. Not more than this, since libnftables lists all chains before each change: 7 µs each.
 */
export const PICK_CHAINS = 16

const pick = (count: number): Rule => [
  hasPorts,
  { do: 'dnat', key: [{ word: WORD.BACKENDS }, { random: count }], map: 'backends' },
]

/**
 * A packet may see the frontend of before a transaction and the endpoints of after it. Slot 0 is there as long as there
 * is one, so this tries that; without it the Service has just lost its last endpoint, and refuses. Of this node's
 * endpoints there may be more elsewhere: that drops.
 */
const pickChain = (count: number): Chain => ({
  name: `pick-${count}`,
  rules: [pick(count), pick(1), [{ do: 'word-has', bit: WORD.LOCAL }, drop], [go('goto', 'reject-it')]],
})

export const rejectIt: Chain = {
  name: 'reject-it',
  rules: [
    [
      { do: 'protocol-is', protocol: 'tcp' },
      { do: 'reject', with: 'tcp-reset' },
    ],
    [{ do: 'reject', with: 'port-unreachable' }],
  ],
}

/** The chains of choice that are always there. */
export const choiceChains: readonly Chain[] = [
  rejectIt,
  { name: 'to-endpoint', rules: [[hasPorts, { do: 'dnat', key: ['word'], map: 'endpoints' }], [drop]] },
  ...Array.from({ length: PICK_CHAINS }, (_, index) => pickChain(index + 1)),
]
