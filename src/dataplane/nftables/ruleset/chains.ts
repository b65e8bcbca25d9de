import type { Chain } from '../rule.ts'
import { choiceChains } from './choice-chains.ts'
import { frontendChains } from './frontend-chains.ts'
import { sourceChains } from './source-chains.ts'
import { drop, lookup, ownSourceRules } from './statements.ts'

/** The chains that are always there, in an order in which each names only those before it. */
export const chains: readonly Chain[] = [
  {
    name: 'own-source',
    hook: { type: 'filter', hook: 'prerouting', priority: -300 },
    // A pod that may open raw sockets, or change its link, could speak in anybody's name.
    rules: ownSourceRules,
  },
  ...choiceChains,
  ...frontendChains,
  ...sourceChains,
  {
    name: 'filter-forward',
    hook: { type: 'filter', hook: 'forward', priority: 0 },
    // A late packet of a connection that is forgotten must not leave for an address that no link has.
    rules: [[{ do: 'connection-invalid' }, lookup(['daddr'], 'virtual-cidrs'), drop]],
  },
]
