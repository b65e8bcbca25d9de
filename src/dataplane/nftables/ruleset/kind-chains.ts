import { type Chain, type Key, type Rule, type Statement, WORD } from '../rule.ts'
import { PICK_CHAINS } from './choice-chains.ts'
import { type Kind, kindName } from './kinds.ts'
import type { NodeSetName } from './sets.ts'
import { drop, find, go, lookup } from './statements.ts'

const CLIENT: Key = [{ word: WORD.SERVICE_PORT }, 'client']
export const pin = (seconds: number): Statement => ({
  do: 'update',
  map: 'affinity',
  key: CLIENT,
  data: 'word',
  seconds,
})
const unpin: Statement = { do: 'forget', map: 'affinity', key: CLIENT, data: 'word' }

/** Draws a slot, and goes to its endpoint if that is one of `members`; else tries slot 0, and ends as a pick chain does. */
const drawSlot = (
  { count, local }: { readonly count: number; readonly local: boolean },
  members: NodeSetName,
  chain: string,
): readonly Rule[] => [
  ...[count, 1].flatMap((slots): readonly Rule[] => [
    [{ do: 'set-word', and: WORD.SERVICE_PORT, or: local ? WORD.LOCAL : 0 }],
    [find(['word', { random: slots }], 'slots')],
    [lookup(['word'], members), go('goto', chain)],
  ]),
  [local ? drop : go('goto', 'reject-it')],
]

/** The chains of a kind, each after those that it names. */
export function kindChains(kind: Kind): readonly Chain[] {
  switch (kind.kind) {
    case 'drop':
    case 'reject':
      return []
    case 'pick':
      if (kind.count <= PICK_CHAINS) return []
      return [{ name: kindName(kind), rules: drawSlot(kind, 'endpoints', 'to-endpoint') }]
    case 'sticky': {
      const { seconds, local } = kind
      const members = local ? 'local-endpoints' : 'cluster-endpoints'
      return [
        { name: `stick-${seconds}`, rules: [[pin(seconds)], [go('goto', 'to-endpoint')]] },
        {
          name: kindName(kind),
          rules: [
            [{ do: 'set-word', and: WORD.SERVICE_PORT, or: 0 }],
            [find(['word', 'client'], 'affinity')],
            // A pin counts while its endpoint is one of the set; else each try would renew a pin to nowhere.
            [lookup(['word'], members), go('goto', `stick-${seconds}`)],
            [unpin],
            ...drawSlot(kind, members, `stick-${seconds}`),
          ],
        },
      ]
    }
  }
}
