import { own } from '#schema/own.ts'
import type { NodeSelectorTerm } from '../spec/affinity.ts'
import type { PodSpec } from '../spec/spec.ts'

/** Labels of nodes that have another name now. */
const OLD_LABELS: { readonly [label: string]: string } = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
}
const NO_SELECTOR = 'a null labelSelector results in matching no pod'
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

const termWarnings = ({ matchExpressions = [] }: NodeSelectorTerm, at: string): readonly string[] =>
  matchExpressions.flatMap(({ key = '' }, index) => {
    const old = own(OLD_LABELS, key)
    return old === undefined ? [] : [`${at}.matchExpressions[${index}].key: ${key} is ${old}`]
  })

/** Of the nodes that a pod wants, and how evenly it is to lie on them. */
export const placementWarnings = (spec: PodSpec, path: string): readonly string[] => {
  const affinity = spec.affinity?.nodeAffinity
  const at = `${path}.affinity.nodeAffinity`
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((key) => {
      const old = own(OLD_LABELS, key)
      return old === undefined ? [] : [`${path}.nodeSelector[${key}]: ${old}`]
    }),
    ...(affinity?.[REQUIRED]?.nodeSelectorTerms ?? []).flatMap((term, index) =>
      termWarnings(term, `${at}.${REQUIRED}.nodeSelectorTerms[${index}]`),
    ),
    ...(affinity?.[PREFERRED] ?? []).flatMap(({ preference = {} }, index) =>
      termWarnings(preference, `${at}.${PREFERRED}[${index}].preference`),
    ),
    ...(spec.topologySpreadConstraints ?? []).flatMap(({ topologyKey = '', labelSelector }, index) => {
      const place = `${path}.topologySpreadConstraints[${index}]`
      const old = own(OLD_LABELS, topologyKey)
      return [
        ...(old === undefined ? [] : [`${place}.topologyKey: ${topologyKey} is ${old}`]),
        ...(labelSelector === undefined ? [`${place}.labelSelector: ${NO_SELECTOR}`] : []),
      ]
    }),
  ]
}

/** Of the neighbours that a pod wants. */
export const podAffinityWarnings = (affinity: PodSpec['affinity'], path: string): readonly string[] =>
  (['podAffinity', 'podAntiAffinity'] as const).flatMap((kind) => [
    ...(affinity?.[kind]?.[REQUIRED] ?? []).flatMap(({ labelSelector }, index) =>
      labelSelector === undefined ? [`${path}.${kind}.${REQUIRED}[${index}].labelSelector: ${NO_SELECTOR}`] : [],
    ),
    ...(affinity?.[kind]?.[PREFERRED] ?? []).flatMap(({ podAffinityTerm }, index) =>
      podAffinityTerm?.labelSelector === undefined
        ? [`${path}.${kind}.${PREFERRED}[${index}].podAffinityTerm.labelSelector: ${NO_SELECTOR}`]
        : [],
    ),
  ])
