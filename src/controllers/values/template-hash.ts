import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import { canonical } from './equal.ts'
import { textHash } from './text-hash.ts'

export const HASH_LABEL = 'pod-template-hash'

/**
 * Names a pod template: a hash of its canonical JSON and the collision count. Kubernetes
 * hashes Go's memory dump of the struct, which nobody outside of Go can repeat; what matters is that the same template
 * has the same name here.
 */
export const templateHash = (template: PodTemplateSpec, collisionCount = 0): string =>
  textHash(`${canonical(template)}${collisionCount || ''}`)

/** The template as its author wrote it: without the label that a Deployment adds. */
export const withoutHash = (template: PodTemplateSpec | undefined): PodTemplateSpec => {
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {}
  return { ...template, metadata: { ...template?.metadata, labels } }
}
