import type { Draft } from '#schema/defaulting.ts'
import type { Namespace } from './message.ts'

/** A namespace begins as active, and cannot go before it is empty. */
export const prepareNamespaceCreate = (namespace: Draft<Namespace>): void => {
  namespace.status = { phase: 'Active' }
  namespace.spec ??= {}
  const finalizers = namespace.spec.finalizers ?? []
  if (!finalizers.includes('kubernetes')) namespace.spec.finalizers = [...finalizers, 'kubernetes']
}

/** Its finalizers are changed by the subresource `finalize` alone. */
export const prepareNamespaceUpdate = (namespace: Draft<Namespace>, old: Namespace): void => {
  if (old.spec !== undefined) namespace.spec = old.spec as Draft<Namespace>['spec']
}
