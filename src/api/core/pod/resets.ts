import type { FieldNames } from '#schema/apply/types/narrowed-type.ts'
import { PodSpec } from './spec/spec.ts'

const specBut = (...names: readonly string[]): FieldNames => [
  ['metadata'],
  ['status'],
  ...Object.keys(PodSpec.fields).flatMap((name) => (names.includes(name) ? [] : [['spec', name]])),
]

/** What a write by each part leaves as it is. */
export const podResets: { readonly [part: string]: FieldNames } = {
  status: [['spec'], ['metadata', 'ownerReferences']],
  ephemeralcontainers: specBut('ephemeralContainers'),
  resize: specBut('containers', 'initContainers'),
}
