import type { Key, SetDefinition } from '../rule.ts'

export const FRONTEND: Key = ['daddr', 'l4proto', 'dport']
export const NODE_PORT: Key = ['l4proto', 'dport']
export const CT_FRONTEND: Key = ['ct-daddr', 'l4proto', 'ct-dport']
export const CT_NODE_PORT: Key = ['l4proto', 'ct-dport']

/** Every set and map. Their number and shape never change; only their elements do. */
export const sets: readonly SetDefinition[] = [
  { name: 'pod-cidrs', key: ['saddr'], interval: true },
  { name: 'service-cidrs', key: ['daddr'], interval: true },
  { name: 'balanced-cidrs', key: ['daddr'], interval: true },
  { name: 'virtual-cidrs', key: ['daddr'], interval: true },
  { name: 'own-pods', key: ['daddr'], interval: true, data: 'address' },
  { name: 'nodeport-ips', key: ['daddr'] },
  { name: 'cluster-ips', key: ['daddr'] },
  { name: 'frontends', key: FRONTEND, data: 'word' },
  { name: 'nodeports', key: NODE_PORT, data: 'word' },
  { name: 'frontends-local', key: FRONTEND, data: 'word' },
  { name: 'nodeports-local', key: NODE_PORT, data: 'word' },
  { name: 'restricted', key: FRONTEND },
  { name: 'allowed', key: [...FRONTEND, 'saddr'], interval: true },
  { name: 'kinds', key: ['word'], data: 'verdict' },
  { name: 'backends', key: ['word', { random: 2 }], data: 'endpoint' },
  { name: 'slots', key: ['word', { random: 2 }], data: 'word' },
  { name: 'endpoints', key: ['word'], data: 'endpoint' },
  { name: 'cluster-endpoints', key: ['word'] },
  { name: 'local-endpoints', key: ['word'] },
  { name: 'hairpin', key: ['saddr', 'daddr'] },
  { name: 'affinity', key: ['word', 'client'], data: 'word', pins: true },
  // No rule reads it: it tells the next process which rules these are.
  { name: 'stamp', key: ['word'] },
]
