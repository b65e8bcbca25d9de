import type { Draft } from '#schema/defaulting.ts'
import { defaultPodSpec } from '../pod/defaults.ts'
import type { PodTemplate } from './message.ts'

export const defaultPodTemplate = (object: Draft<PodTemplate>): void => {
  object.template ??= {}
  object.template.spec ??= {}
  defaultPodSpec(object.template.spec)
}
