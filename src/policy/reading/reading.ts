import type { LabelRequirement } from '#objects/label-requirement.ts'
import { blocksOf, sizeOfCells } from '../cells.ts'
import { folded } from '../folding.ts'
import { type Peer, readSelector, type Selector } from '../peer.ts'
import { DIRECTIONS, type Policy, type Rule } from '../rule.ts'
import { ALL } from '../traffic.ts'

/** Where in an object something stands that is read, and who is told what of it cannot be. */
export interface Place {
  readonly path: string
  readonly faults: string[]
}

export const at = ({ path, faults }: Place, field: string): Place => ({ path: `${path}.${field}`, faults })

/** A selector's requirements; undefined, and a fault, where it cannot be read. An empty one has none. */
export const requirements = (
  selector: NonNullable<Selector>,
  { path, faults }: Place,
): readonly LabelRequirement[] | undefined => {
  const read = readSelector(selector)
  if (read === undefined) faults.push(`${path} cannot be read: see its keys, operators and values`)
  return read
}

/** So many are held in some tens of MiB. */
const MOST_PARTS = 200_000

/**
 * The same, or closed where its ranges would cost a node too much: who writes rules of which each has another port and most of
 * the others' addresses has as many parts as rules times ranges.
 */
export const bounded = (policy: Policy): Policy => {
  const all = new Map<string, Peer>()
  for (const direction of DIRECTIONS)
    for (const { peers } of folded(policy).rules[direction] ?? [])
      for (const peer of peers ?? []) if (blocksOf(peer).length > 0) all.set(peer.key, peer)
  const parts = all.size < 2 ? 0 : sizeOfCells([...all.values()])
  if (parts <= MOST_PARTS) return policy
  const isBlock = (peer: Peer) => blocksOf(peer).length > 0
  const close = (rule: Rule): Rule => {
    if (rule.peers?.some(isBlock) !== true) return rule
    return rule.action === 'Accept'
      ? { ...rule, peers: rule.peers.filter((peer) => !isBlock(peer)) }
      : { path: rule.path, action: 'Deny', peers: undefined, traffic: ALL, names: [] }
  }
  return {
    ...policy,
    rules: { ingress: policy.rules.ingress?.map(close), egress: policy.rules.egress?.map(close) },
    faults: [
      ...policy.faults,
      `spec has ranges that overlap in ${parts} parts, and may in ${MOST_PARTS}: give rules of the same ranges the same ports`,
    ],
  }
}
