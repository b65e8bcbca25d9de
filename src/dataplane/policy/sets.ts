import type { Key } from '../nftables/rule.ts'
import type { SetDefinition } from '../nftables/set-definition.ts'

const WORD: Key = ['word']
/** From a pod's side: the pod, who the other is, and what is asked of whom. */
export const OF_INGRESS: Key = ['daddr', 'word']
export const OF_EGRESS: Key = ['saddr', 'word']
export const portsOf = (of: Key): Key => [...of, 'l4proto', 'dport']

/** Every set and map of the policies. */
const definitions = [
  { name: 'policed', key: ['daddr'], owner: 'policies' },
  { name: 'policed-ingress', key: ['daddr'], owner: 'policies' },
  { name: 'policed-egress', key: ['saddr'], owner: 'policies' },
  { name: 'selves', key: ['saddr', 'daddr'], owner: 'policies' },
  { name: 'identities', key: ['saddr'], data: WORD, owner: 'policies', sole: true },
  { name: 'cells', key: ['saddr'], data: WORD, interval: true, owner: 'policies', sole: true },
  { name: 'ingress-port', key: portsOf(OF_INGRESS), data: 'judgement', owner: 'policies' },
  { name: 'ingress-ports', key: portsOf(OF_INGRESS), data: 'judgement', interval: true, owner: 'policies' },
  { name: 'ingress-rest', key: OF_INGRESS, data: 'judgement', owner: 'policies' },
  { name: 'egress-port', key: portsOf(OF_EGRESS), data: 'judgement', owner: 'policies' },
  { name: 'egress-ports', key: portsOf(OF_EGRESS), data: 'judgement', interval: true, owner: 'policies' },
  { name: 'egress-rest', key: OF_EGRESS, data: 'judgement', owner: 'policies' },
  // No rule reads it: it tells the next process which rules these are.
  { name: 'stamp', key: WORD, owner: 'rules' },
] as const satisfies readonly SetDefinition[]

/** A name that a rule or an element may speak of. */
export type PolicySetName = (typeof definitions)[number]['name']
export const sets: readonly SetDefinition[] = definitions
