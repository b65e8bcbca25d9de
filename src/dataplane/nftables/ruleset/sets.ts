import type { Key } from '../rule.ts'
import type { SetDefinition } from '../set-definition.ts'

export const FRONTEND: Key = ['daddr', 'l4proto', 'dport']
export const NODE_PORT: Key = ['l4proto', 'dport']
export const CT_FRONTEND: Key = ['ct-daddr', 'l4proto', 'ct-dport']
export const CT_NODE_PORT: Key = ['l4proto', 'ct-dport']
const ENDPOINT: Key = ['daddr', 'dport']
const SLOT: Key = ['word', { random: 2 }]
const WORD: Key = ['word']

/** Every set and map of a node. A new one is a line here, and is then written, read, adopted and audited as these are. */
const definitions = [
  { name: 'pod-cidrs', key: ['saddr'], interval: true, owner: 'node' },
  { name: 'service-cidrs', key: ['daddr'], interval: true, owner: 'node' },
  { name: 'balanced-cidrs', key: ['daddr'], interval: true, owner: 'node' },
  { name: 'virtual-cidrs', key: ['daddr'], interval: true, owner: 'node' },
  { name: 'own-pods', key: ['daddr'], data: ['saddr'], interval: true, owner: 'node' },
  { name: 'nodeport-ips', key: ['daddr'], owner: 'node' },
  { name: 'cluster-ips', key: ['daddr'], owner: 'services' },
  { name: 'frontends', key: FRONTEND, data: WORD, owner: 'services', pinning: true },
  { name: 'nodeports', key: NODE_PORT, data: WORD, owner: 'services', pinning: true },
  { name: 'frontends-local', key: FRONTEND, data: WORD, owner: 'services' },
  { name: 'nodeports-local', key: NODE_PORT, data: WORD, owner: 'services' },
  { name: 'restricted', key: FRONTEND, owner: 'services' },
  { name: 'allowed', key: [...FRONTEND, 'saddr'], interval: true, owner: 'services' },
  { name: 'kinds', key: WORD, data: 'verdict', owner: 'kinds' },
  { name: 'backends', key: SLOT, data: ENDPOINT, owner: 'services', stage: 6, pinning: true },
  { name: 'slots', key: SLOT, data: WORD, owner: 'services', stage: 5, pinning: true },
  { name: 'endpoints', key: WORD, data: ENDPOINT, owner: 'services', stage: 2, pinning: true },
  { name: 'cluster-endpoints', key: WORD, owner: 'services', stage: 3, pinning: true },
  { name: 'local-endpoints', key: WORD, owner: 'services', stage: 4, pinning: true },
  { name: 'hairpin', key: ['saddr', 'daddr'], owner: 'services', stage: 1 },
  { name: 'affinity', key: ['word', 'client'], data: WORD, owner: 'packets', pinning: true },
  // No rule reads it: it tells the next process which rules these are.
  { name: 'stamp', key: WORD, owner: 'rules' },
] as const satisfies readonly SetDefinition[]

/** A name that a rule or an element may speak of on a node. */
export type NodeSetName = (typeof definitions)[number]['name']

export const sets: readonly SetDefinition[] = definitions
