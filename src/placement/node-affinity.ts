import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { NodeSelectorRequirement, NodeSelectorTerm } from '#api/core/pod/spec/affinity.ts'
import { type LabelOperator, matchesLabels } from '#objects/label-requirement.ts'
import type { Labels } from '#objects/object.ts'
import { own } from '#schema/own.ts'
import type { Obstacle } from './obstacle.ts'

const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

const holds = ({ key, operator, values = [] }: NodeSelectorRequirement, labels: Labels): boolean => {
  const known = own(OPERATORS, operator)
  // A later version's operator, or a bound that is no number: matching nothing is the safe reading.
  if ((known === 'gt' || known === 'lt') && !/^-?\d+$/.test(values[0] ?? '')) return false
  return known !== undefined && matchesLabels([{ key, operator: known, values }], labels)
}

const matchesTerm = (term: NodeSelectorTerm, node: Node): boolean => {
  const { matchExpressions = [], matchFields = [] } = term
  // An empty term matches no node, unlike an empty label selector.
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  const labels = node.metadata?.labels ?? {}
  const fields = { 'metadata.name': node.metadata?.name ?? '' }
  return matchExpressions.every((one) => holds(one, labels)) && matchFields.every((one) => holds(one, fields))
}

/** One term fits the node; none: none does. */
export const matchesTerms = (terms: readonly NodeSelectorTerm[] | undefined, node: Node): boolean =>
  (terms ?? []).some((term) => matchesTerm(term, node))

/** What of nodeSelector and required node affinity the node does not fulfil. */
export const nodeMismatches = ({ spec }: Pod, node: Node): readonly Obstacle[] => {
  const refusals: Obstacle[] = []
  const missing = Object.entries(spec?.nodeSelector ?? {}).filter(
    ([key, value]) => own(node.metadata?.labels, key) !== value,
  )
  if (missing.length > 0) refusals.push({ code: 'node-selector', missing: Object.fromEntries(missing) })
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  if (required && !matchesTerms(required.nodeSelectorTerms, node)) refusals.push({ code: 'node-affinity' })
  return refusals
}

/** The weights of the preferred terms that fit. */
export const nodeAffinityScore = (pod: Pod, node: Node): number =>
  (pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).reduce(
    (sum, { weight, preference }) => sum + (preference && matchesTerm(preference, node) ? weight : 0),
    0,
  )
