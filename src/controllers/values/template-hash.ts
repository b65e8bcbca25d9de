import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import { canonical } from './equal.ts'
import { safeText } from './safe-text.ts'

export const HASH_LABEL = 'pod-template-hash'

/**
 * Names a pod template: FNV-1a (32 bits) over the UTF-16 of its canonical JSON and the collision count. Kubernetes
 * hashes Go's memory dump of the struct, which nobody outside of Go can repeat; what matters is that the same template
 * has the same name here.
 */
export const templateHash = (template: PodTemplateSpec, collisionCount = 0): string => {
  let hash = 0x811c9dc5
  const text = `${canonical(template)}${collisionCount || ''}`
  for (let at = 0; at < text.length; at++)
    for (const byte of [text.charCodeAt(at) & 0xff, text.charCodeAt(at) >> 8]) {
      hash ^= byte
      hash = Math.imul(hash, 0x01000193) >>> 0
    }
  return safeText(hash)
}

/** The template as its author wrote it: without the label that a Deployment adds. */
export const withoutHash = (template: PodTemplateSpec | undefined): PodTemplateSpec => {
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {}
  return { ...template, metadata: { ...template?.metadata, labels } }
}
