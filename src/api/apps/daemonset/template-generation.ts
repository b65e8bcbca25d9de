import type { Draft } from '#schema/defaulting.ts'
import type { DaemonSet } from './message.ts'

/** How often the template has changed; Kubernetes keeps it as a field of its own, and shows it as this annotation. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'

export const writeTemplateGeneration = (set: Draft<DaemonSet>, generation: number): void => {
  set.metadata ??= {}
  set.metadata.annotations = { ...set.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) }
}

export const templateGeneration = ({ metadata }: DaemonSet): number =>
  Number(metadata?.annotations?.[TEMPLATE_GENERATION] ?? 0) || 0
