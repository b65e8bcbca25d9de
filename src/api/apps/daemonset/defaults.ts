import { defaultPodSpec } from '#api/core/pod/defaults.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { DaemonSet } from './message.ts'
import { templateGeneration, writeTemplateGeneration } from './template-generation.ts'

/** Fills in Kubernetes' DaemonSet defaults, in place. */
export const defaultDaemonSet = (set: Draft<DaemonSet>): void => {
  // Who leaves it out says that it is none yet; what it is really, the system says.
  writeTemplateGeneration(set, templateGeneration(set as DaemonSet))
  set.spec ??= { template: {} }
  const { spec } = set
  spec.template ??= {}
  spec.template.spec ??= {}
  defaultPodSpec(spec.template.spec)
  spec.updateStrategy ??= {}
  spec.updateStrategy.type ||= 'RollingUpdate'
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {}
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0
  }
  spec.revisionHistoryLimit ??= 10
}
