import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import type { Draft } from '#schema/defaulting.ts'
import type { Namespace } from './message.ts'

/** Fills in, in place, the phase, and the label by which selectors name a namespace. */
export const defaultNamespace = (namespace: Draft<Namespace>): void => {
  namespace.status ??= {}
  namespace.status.phase ||= 'Active'
  const name = namespace.metadata?.name
  if (!name) return
  namespace.metadata!.labels = { ...namespace.metadata!.labels, [NAMESPACE_NAME_LABEL]: name }
}
