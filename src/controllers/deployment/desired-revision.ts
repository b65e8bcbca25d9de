import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { LAST_APPLIED_ANNOTATION } from '#objects/well-known.ts'
import { canonical } from '../values/equal.ts'
import { HASH_LABEL, templateHash, withoutHash } from '../values/template-hash.ts'
import { DESIRED_REPLICAS, isRolling, limits, MAX_REPLICAS, replicasOf } from './desired-scale.ts'

export const REVISION = 'deployment.kubernetes.io/revision'
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
/** Annotations that speak of the Deployment itself and are not handed down. */
const OWN = new Set([
  LAST_APPLIED_ANNOTATION,
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
])

/** Whether an annotation goes from a Deployment to its ReplicaSets. */
export const isHandedDown = (annotation: string): boolean => !OWN.has(annotation)

/** The revision that the annotation `deployment.kubernetes.io/revision` says, of 64 bits; 0 for none. */
export const revisionOf = (object: { readonly metadata?: Deployment['metadata'] }): bigint => {
  const text = object.metadata?.annotations?.[REVISION] ?? ''
  return /^\d+$/.test(text) ? BigInt(text) : 0n
}

/** With its revision in place of what it was, if there is one. */
export const withRevision = (deployment: Deployment, revision: string | undefined): Deployment =>
  revision === undefined
    ? deployment
    : {
        ...deployment,
        metadata: {
          ...deployment.metadata,
          annotations: { ...deployment.metadata?.annotations, [REVISION]: revision },
        },
      }

/** What comes after the highest of them. */
export const nextRevision = (old: readonly ReplicaSet[]): bigint =>
  ([...old].map(revisionOf).sort((a, b) => Number(b - a))[0] ?? 0n) + 1n

const age = (replicaSet: ReplicaSet): string => replicaSet.metadata?.creationTimestamp ?? ''

/** Oldest first; what was made in the same second goes by name, so that every look has the same order. */
export const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  age(a) < age(b) || (age(a) === age(b) && (a.metadata?.name ?? '') < (b.metadata?.name ?? '')) ? -1 : 1

/** The ReplicaSet of the Deployment's present template: the oldest, should a race have made two. */
export const findNew = (deployment: Deployment, owned: readonly ReplicaSet[]): ReplicaSet | undefined => {
  const wanted = canonical(withoutHash(deployment.spec?.template))
  return [...owned].sort(byAge).find((replicaSet) => canonical(withoutHash(replicaSet.spec?.template)) === wanted)
}

/** The annotations that tell a ReplicaSet how many pods its Deployment wants, and may have while it rolls. */
export const replicasAnnotations = (deployment: Deployment): Readonly<Record<string, string>> => {
  const surge = isRolling(deployment) ? limits(deployment).surge : 0
  return {
    [DESIRED_REPLICAS]: String(replicasOf(deployment)),
    [MAX_REPLICAS]: String(replicasOf(deployment) + surge),
  }
}

/**
 * Annotations of the new ReplicaSet: the Deployment's, and its revision, which a rollback raises and notes the former
 * one of.
 */
export const newAnnotations = (
  deployment: Deployment,
  current: ReplicaSet | undefined,
  revision: bigint,
): Readonly<Record<string, string>> => {
  const annotations: Record<string, string> = { ...current?.metadata?.annotations }
  for (const [key, value] of Object.entries(deployment.metadata?.annotations ?? {}))
    if (isHandedDown(key)) annotations[key] = value
  const before = current ? revisionOf(current) : 0n
  if (before >= revision) return annotations
  annotations[REVISION] = String(revision)
  if (before > 0n) {
    const history = annotations[REVISION_HISTORY]
    annotations[REVISION_HISTORY] = history ? `${history},${before}` : String(before)
  }
  return annotations
}

/** The ReplicaSet of the present template, as it is first written. */
export const makeReplicaSet = (deployment: Deployment, revision: bigint, replicas: number): ReplicaSet => {
  const template = deployment.spec!.template!
  const hash = templateHash(template, deployment.status?.collisionCount)
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash }
  const selector = deployment.spec!.selector
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata?.name}-${hash}`,
      namespace: deployment.metadata?.namespace,
      labels,
      annotations: { ...newAnnotations(deployment, undefined, revision), ...replicasAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(deployment.spec?.minReadySeconds ? { minReadySeconds: deployment.spec.minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
}

/** Old, empty ReplicaSets beyond revisionHistoryLimit, the lowest revisions first. */
export const surplusHistory = (deployment: Deployment, old: readonly ReplicaSet[]): readonly ReplicaSet[] => {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10
  const living = old.filter((replicaSet) => !isLeaving(replicaSet))
  const excess = living.length - limit
  if (excess <= 0) return []
  return [...living]
    .sort((a, b) => Number(revisionOf(a) - revisionOf(b)))
    .slice(0, excess)
    .filter(
      (replicaSet) =>
        replicasOf(replicaSet) === 0 &&
        (replicaSet.status?.replicas ?? 0) === 0 &&
        (replicaSet.metadata?.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0),
    )
}
