import type { Labels } from '#objects/object.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { find } from '../../cluster/lookup.ts'
import { refOf } from '../../cluster/reference.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Missing, WantedLabel } from '../../trace/findings/isolated.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { patch, run, where } from '../cure.ts'
import { deploymentOf } from '../pods/owner.ts'

/** The labels that are missing and nothing else, where none of them takes the place of another. */
export function labelCure(facts: ClusterFacts, missing: readonly Missing[]): Cure | undefined {
  const [first] = missing
  if (first === undefined || (first.code !== 'pod-label' && first.code !== 'namespace-label')) return undefined
  const labels: Record<string, string> = {}
  for (const one of missing) {
    const value =
      'wanted' in one && one.code === first.code && one.has === undefined ? wantedValue(one.wanted) : undefined
    if (value === undefined || !('wanted' in one)) return undefined
    labels[one.wanted.key] = value
  }
  return first.code === 'pod-label' ? labelPod(facts, first.pod, labels) : labelNamespace(first.namespace, labels)
}

const wantedValue = ({ operator, values }: WantedLabel): string | undefined =>
  operator === 'in' ? values[0] : operator === 'exists' ? 'true' : undefined

const pairs = (labels: Labels): readonly string[] => Object.entries(labels).map(([key, value]) => `${key}=${value}`)

export const labelNamespace = (name: string, labels: Labels): Cure =>
  run(
    { code: 'label-namespace', object: { kind: 'Namespace', name }, labels },
    ...['kubectl', 'label', 'namespace', name, ...pairs(labels)],
  )

/** A pod, or what makes it: its pods are then made anew. */
function labelPod(facts: ClusterFacts, ref: ObjectRef, labels: Labels): Cure | undefined {
  const { namespace, name } = ref
  const pod = find(facts.pods, name, namespace)
  if (pod === undefined) return undefined
  const deployment = deploymentOf(facts, pod)
  const body = { spec: { template: { metadata: { labels } } } }
  if (deployment !== undefined)
    return patch({ code: 'label-pod', object: refOf('Deployment', deployment), labels }, 'deployment', deployment, body)
  const owner = controllerOf(pod)
  if (owner?.kind === 'StatefulSet' || owner?.kind === 'DaemonSet') {
    const object = { kind: owner.kind, ...(namespace && { namespace }), name: owner.name }
    const kind = owner.kind === 'StatefulSet' ? 'statefulset' : 'daemonset'
    return patch({ code: 'label-pod', object, labels }, kind, { metadata: object }, body)
  }
  return run(
    { code: 'label-pod', object: ref, labels },
    ...['kubectl', 'label', 'pod', name, ...where(namespace), ...pairs(labels)],
  )
}
