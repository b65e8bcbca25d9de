import type { Deployment } from '#api/apps/deployment/message.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import type { Draft } from '#schema/defaulting.ts'
import { defaultPodSpec } from './pod-spec.ts'

/**
 * Fills in Kubernetes' Deployment defaults, in place: one replica, a rolling update by quarters, ten old ReplicaSets
 * kept.
 */
export const defaultDeployment = (deployment: Draft<Deployment>): void => {
  deployment.spec ??= { template: {} }
  const spec = deployment.spec
  spec.replicas ??= 1
  spec.template ??= {}
  spec.template.spec ??= {}
  defaultPodSpec(spec.template.spec)
  spec.strategy ??= {}
  spec.strategy.type ||= 'RollingUpdate'
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {}
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%'
    spec.strategy.rollingUpdate.maxSurge ??= '25%'
  }
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
}

/** Fills in Kubernetes' ReplicaSet defaults, in place. */
export const defaultReplicaSet = (replicaSet: Draft<ReplicaSet>): void => {
  replicaSet.spec ??= {}
  replicaSet.spec.replicas ??= 1
  replicaSet.spec.template ??= {}
  replicaSet.spec.template.spec ??= {}
  defaultPodSpec(replicaSet.spec.template.spec)
}
