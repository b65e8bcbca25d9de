import { defaultPodSpec } from '#api/core/pod/defaults.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { Deployment } from './message.ts'

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
