import type { Draft } from '#schema/defaulting.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { DaemonSet } from './message.ts'

/** How often the template has changed; Kubernetes keeps it as a field of its own, and shows it as this annotation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

const write = (set: Draft<DaemonSet>, generation: number): void => {
  set.metadata ??= {}
  set.metadata.annotations = { ...set.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) }
}

const read = ({ metadata }: DaemonSet): number => Number(metadata?.annotations?.[TEMPLATE_GENERATION] ?? 0) || 0

export const prepareDaemonSetCreate = (set: Draft<DaemonSet>): void => write(set, Math.max(1, read(set as DaemonSet)))

/** Nobody but the system counts it. */
export const prepareDaemonSetUpdate = (set: Draft<DaemonSet>, old: DaemonSet): void =>
  write(set, read(old) + (jsonEqual(set.spec?.template ?? {}, old.spec?.template ?? {}) ? 0 : 1))

export const prepareDaemonSetStatus = (set: Draft<DaemonSet>, old: DaemonSet): void => write(set, read(old))
