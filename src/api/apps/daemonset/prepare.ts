import type { Draft } from '#schema/defaulting.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { DaemonSet } from './message.ts'
import { templateGeneration, writeTemplateGeneration } from './template-generation.ts'

export const prepareDaemonSetCreate = (set: Draft<DaemonSet>): void =>
  writeTemplateGeneration(set, Math.max(1, templateGeneration(set as DaemonSet)))

/** Nobody but the system counts it. */
export const prepareDaemonSetUpdate = (set: Draft<DaemonSet>, old: DaemonSet): void =>
  writeTemplateGeneration(
    set,
    templateGeneration(old) + (jsonEqual(set.spec?.template ?? {}, old.spec?.template ?? {}) ? 0 : 1),
  )

export const prepareDaemonSetStatus = (set: Draft<DaemonSet>, old: DaemonSet): void =>
  writeTemplateGeneration(set, templateGeneration(old))
