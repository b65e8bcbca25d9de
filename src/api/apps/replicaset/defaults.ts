import { defaultPodSpec } from '#api/core/pod/defaults.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { ReplicaSet } from './message.ts'

/** Fills in Kubernetes' ReplicaSet defaults, in place. */
export const defaultReplicaSet = (replicaSet: Draft<ReplicaSet>): void => {
  replicaSet.spec ??= {}
  replicaSet.spec.replicas ??= 1
  replicaSet.spec.template ??= {}
  replicaSet.spec.template.spec ??= {}
  defaultPodSpec(replicaSet.spec.template.spec)
  // Templates carry the labels; a ReplicaSet without its own takes them over.
  const labels = replicaSet.spec.template.metadata?.labels
  if (labels === undefined) return
  replicaSet.metadata ??= {}
  if (Object.keys(replicaSet.metadata.labels ?? {}).length === 0) replicaSet.metadata.labels = { ...labels }
}
