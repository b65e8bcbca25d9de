import type { Draft } from '#schema/defaulting.ts'
import { defaultPodSpec } from '../pod/defaults.ts'
import type { ReplicationController } from './message.ts'

/** Fills in, in place, what the message's constants do not: the labels of its template are its own and its selector. */
export const defaultReplicationController = (controller: Draft<ReplicationController>): void => {
  controller.spec ??= {}
  const { spec } = controller
  spec.replicas ??= 1
  if (spec.template === undefined) return
  spec.template.spec ??= {}
  defaultPodSpec(spec.template.spec)
  const labels = spec.template.metadata?.labels
  if (labels === undefined) return
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels }
  controller.metadata ??= {}
  if (Object.keys(controller.metadata.labels ?? {}).length === 0) controller.metadata.labels = { ...labels }
}
