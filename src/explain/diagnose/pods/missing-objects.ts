import type { Pod } from '#api/core/pod/message.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { warningsOf } from '../../cluster/pod-trouble.ts'
import type { Cure } from '../../trace/cure.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { run, where } from '../cure.ts'

/** ConfigMaps and Secrets that the pod names and that are not there, as the kubelet says. `message`: of its trouble. */
export function missingObjects(facts: ClusterFacts, pod: Pod, message = ''): readonly ObjectRef[] {
  const { volumes = [], containers = [], initContainers = [] } = pod.spec ?? {}
  const all = [...containers, ...initContainers]
  const env = all.flatMap((one) => one.env ?? []).map(({ valueFrom }) => valueFrom)
  const sources = all.flatMap((one) => one.envFrom ?? [])
  const told = [message, ...warningsOf(facts, pod)]
  const missing = (kind: string, names: readonly (string | undefined)[]): readonly ObjectRef[] =>
    [...new Set(names.flatMap((name) => name || []))]
      // The kubelet says it in words alone.
      .filter((name) => told.some((text) => text.includes(`${kind.toLowerCase()} "${name}" not found`)))
      .map((name) => ({ kind, namespace: pod.metadata?.namespace ?? '', name }))
  return [
    ...missing('ConfigMap', [
      ...env.map((one) => one?.configMapKeyRef?.name),
      ...sources.map((one) => one.configMapRef?.name),
      ...volumes.map((one) => one.configMap?.name),
    ]),
    ...missing('Secret', [
      ...env.map((one) => one?.secretKeyRef?.name),
      ...sources.map((one) => one.secretRef?.name),
      ...volumes.map((one) => one.secret?.secretName),
    ]),
  ]
}

/** An empty one lets the pod start, unless it wants a key of it. */
export const makeEmpty = ({ kind, namespace, name }: ObjectRef): Cure =>
  run(
    { code: 'make-empty' },
    ...['kubectl', 'create', ...(kind === 'Secret' ? ['secret', 'generic'] : ['configmap']), name, ...where(namespace)],
  )
