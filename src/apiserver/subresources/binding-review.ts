import { pods } from '#api/core/pod/resource.ts'
import type { Review } from '../access/reviews/review.ts'
import type { Registry } from '../registry/registry.ts'
import { binding } from './binding.ts'

/** `/bindings` of a namespace: the same as a pod's own part, for clients of before. The pod is named in the body. */
export const bindingReview = (registry: Registry): Review => ({
  group: '',
  version: 'v1',
  plural: 'bindings',
  singular: 'binding',
  kind: 'Binding',
  namespaced: true,
  answer: (body, _caller, _namespace, request) =>
    binding.create(registry, pods, body.metadata?.name ?? '', body, request),
})
