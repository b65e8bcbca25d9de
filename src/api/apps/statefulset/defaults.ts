import { defaultClaim } from '#api/core/persistentvolumeclaim/defaults.ts'
import { defaultPodSpec } from '#api/core/pod/defaults.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { StatefulSet } from './message.ts'

/** Fills in Kubernetes' StatefulSet defaults, in place. */
export const defaultStatefulSet = (set: Draft<StatefulSet>): void => {
  set.spec ??= { template: {}, serviceName: '' }
  const { spec } = set
  spec.replicas ??= 1
  spec.template ??= {}
  spec.template.spec ??= {}
  defaultPodSpec(spec.template.spec)
  for (const claim of spec.volumeClaimTemplates ?? []) {
    // Within a set they say what they are, as claims that stand alone do.
    claim.apiVersion = 'v1'
    claim.kind = 'PersistentVolumeClaim'
    defaultClaim(claim)
  }
  spec.podManagementPolicy ||= 'OrderedReady'
  spec.updateStrategy ??= {}
  if (!spec.updateStrategy.type) {
    spec.updateStrategy.type = 'RollingUpdate'
    spec.updateStrategy.rollingUpdate ??= {}
  }
  // Who names the strategy and leaves its numbers out has none.
  if (spec.updateStrategy.type === 'RollingUpdate' && spec.updateStrategy.rollingUpdate !== undefined)
    spec.updateStrategy.rollingUpdate.partition ??= 0
  spec.revisionHistoryLimit ??= 10
  spec.persistentVolumeClaimRetentionPolicy ??= {}
  spec.persistentVolumeClaimRetentionPolicy.whenDeleted ||= 'Retain'
  spec.persistentVolumeClaimRetentionPolicy.whenScaled ||= 'Retain'
}
