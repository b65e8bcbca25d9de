import type { LabelRequirement } from '#objects/label-requirement.ts'
import { blocksOf, sizeOfCells } from '../cells.ts'
import { folded } from '../folding.ts'
import { type Peer, readSelector, type Selector } from '../peer.ts'
import { DIRECTIONS, type Policy, type Rule } from '../rule.ts'
import { ALL, NONE, PROTOCOLS, type Traffic } from '../traffic.ts'

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
/** Each pod that is selected holds as many elements, for each class of others that they are said of. */
const MOST_PORT_RANGES = 2000

/** The same, or closed where what it says would cost a node too much. */
export const bounded = (policy: Policy): Policy => boundedPorts(boundedBlocks(policy))

const isBlock = (peer: Peer) => blocksOf(peer).length > 0

/** Who writes rules of which each has another port and most of the others' addresses has as many parts as rules times ranges. */
const boundedBlocks = (policy: Policy): Policy => {
  const all = new Map<string, Peer>()
  for (const { peers } of foldedRules(policy))
    for (const peer of peers ?? []) if (isBlock(peer)) all.set(peer.key, peer)
  const parts = all.size < 2 ? 0 : sizeOfCells([...all.values()])
  return parts <= MOST_PARTS
    ? policy
    : closedWhere(
        policy,
        ({ peers }) => peers?.some(isBlock) === true,
        (rule) => ({ ...rule, peers: (rule.peers ?? []).filter((peer) => !isBlock(peer)) }),
        `spec has ranges that overlap in ${parts} parts, and may in ${MOST_PARTS}: give rules of the same ranges the same ports`,
      )
}

/** Ports that stand alone are an element each, at each pod that is selected. */
const boundedPorts = (policy: Policy): Policy => {
  const ranges = foldedRules(policy).reduce((sum, { traffic }) => sum + rangesOf(traffic), 0)
  return ranges <= MOST_PORT_RANGES
    ? policy
    : closedWhere(
        policy,
        ({ traffic }) => rangesOf(traffic) > 0,
        (rule) => ({ ...rule, traffic: NONE, names: [] }),
        `spec has ports in ${ranges} ranges that do not touch, and may in ${MOST_PORT_RANGES}: write them as ranges`,
      )
}

const rangesOf = (traffic: Traffic): number =>
  PROTOCOLS.reduce((sum, protocol) => sum + (traffic[protocol] === ALL[protocol] ? 0 : traffic[protocol].length), 0)

const foldedRules = (policy: Policy): readonly Rule[] => {
  const { rules } = folded(policy)
  return DIRECTIONS.flatMap((direction) => rules[direction] ?? [])
}

/** `less`: what is left of a rule that lets somebody in; any other denies everybody. */
const closedWhere = (
  policy: Policy,
  isTooMuch: (rule: Rule) => boolean,
  less: (rule: Rule) => Rule,
  fault: string,
): Policy => {
  const close = (rule: Rule): Rule => {
    if (!isTooMuch(rule)) return rule
    return rule.action === 'Accept'
      ? less(rule)
      : { path: rule.path, action: 'Deny', peers: undefined, traffic: ALL, names: [] }
  }
  return {
    ...policy,
    rules: { ingress: policy.rules.ingress?.map(close), egress: policy.rules.egress?.map(close) },
    faults: [...policy.faults, fault],
  }
}
