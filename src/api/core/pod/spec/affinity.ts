import { LabelSelector } from '#api/meta/label-selector.ts'
import { int32, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'

const NodeSelectorOperator = oneOf('In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt')

export class NodeSelectorRequirement extends message('NodeSelectorRequirement', {
  key: required(1, string),
  operator: required(2, NodeSelectorOperator),
  values: list(3, string, { list: 'atomic' }),
}) {}

export class NodeSelectorTerm extends message(
  'NodeSelectorTerm',
  {
    matchExpressions: list(1, NodeSelectorRequirement, { list: 'atomic' }),
    matchFields: list(2, NodeSelectorRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}

export class NodeSelector extends message(
  'NodeSelector',
  {
    nodeSelectorTerms: list(1, NodeSelectorTerm, { list: 'atomic', always: true }),
  },
  { atomic: true },
) {}

class PreferredSchedulingTerm extends message('PreferredSchedulingTerm', {
  weight: required(1, int32),
  preference: required(2, NodeSelectorTerm),
}) {}

class NodeAffinity extends message('NodeAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: optional(1, NodeSelector),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, PreferredSchedulingTerm, { list: 'atomic' }),
}) {}

export class PodAffinityTerm extends message('PodAffinityTerm', {
  labelSelector: optional(1, LabelSelector),
  namespaces: list(2, string, { list: 'atomic' }),
  topologyKey: required(3, string),
  namespaceSelector: optional(4, LabelSelector),
  matchLabelKeys: list(5, string, { list: 'atomic' }),
  mismatchLabelKeys: list(6, string, { list: 'atomic' }),
}) {}

class WeightedPodAffinityTerm extends message('WeightedPodAffinityTerm', {
  weight: required(1, int32),
  podAffinityTerm: required(2, PodAffinityTerm),
}) {}

class PodAffinity extends message('PodAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm, { list: 'atomic' }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm, { list: 'atomic' }),
}) {}

class PodAntiAffinity extends message('PodAntiAffinity', {
  requiredDuringSchedulingIgnoredDuringExecution: list(1, PodAffinityTerm, { list: 'atomic' }),
  preferredDuringSchedulingIgnoredDuringExecution: list(2, WeightedPodAffinityTerm, { list: 'atomic' }),
}) {}

export class Affinity extends message('Affinity', {
  nodeAffinity: optional(1, NodeAffinity),
  podAffinity: optional(2, PodAffinity),
  podAntiAffinity: optional(3, PodAntiAffinity),
}) {}
