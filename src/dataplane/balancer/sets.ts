import type { Key } from '../nftables/rule.ts'
import { FRONTEND } from '../nftables/ruleset/sets.ts'
import type { SetDefinition } from '../nftables/set-definition.ts'

/** A node's mark, by which a packet is routed to it. */
const NODE: Key = ['ct-mark']
const OF_LIST: Key = ['word', 'ct-mark']

/** Every set and map of the fabric. Nodes come and go as Services do. */
const definitions = [
  { name: 'service-cidrs', key: ['daddr'], interval: true, owner: 'node' },
  { name: 'balanced-cidrs', key: ['daddr'], interval: true, owner: 'node' },
  { name: 'nodes', key: NODE, owner: 'services' },
  { name: 'balanced', key: ['daddr'], owner: 'services' },
  { name: 'frontends', key: FRONTEND, data: ['word'], owner: 'services' },
  { name: 'owners', key: FRONTEND, data: ['mark'], owner: 'services' },
  { name: 'kinds', key: ['word'], data: 'verdict', owner: 'kinds' },
  { name: 'slots', key: ['word', { random: 2 }], data: NODE, owner: 'services' },
  { name: 'members', key: OF_LIST, owner: 'services' },
  { name: 'keepers', key: OF_LIST, owner: 'services' },
  { name: 'affinity', key: ['mark', 'client'], data: NODE, owner: 'packets' },
  // No rule reads it: it tells the next process which rules these are.
  { name: 'stamp', key: ['word'], owner: 'rules' },
] as const satisfies readonly SetDefinition[]

/** A name that a rule or an element may speak of in the fabric. */
export type BalancerSetName = (typeof definitions)[number]['name']

export const sets: readonly SetDefinition[] = definitions
