import type { LabelSelector } from '#api/meta/label-selector.ts'
import { selects } from '#objects/label-selector.ts'
import type { RouteObjects } from '../route-objects.ts'

/** `namespaces` of allowedRoutes and of allowedListeners. */
export interface AllowedNamespaces {
  readonly from?: string
  readonly selector?: LabelSelector
}

/** Whether something of this namespace may be attached to something of the namespace `own`. */
export const allowsNamespace = (
  { from, selector }: AllowedNamespaces,
  own: string,
  namespace: string,
  { namespaceLabels }: RouteObjects,
): boolean => {
  switch (from) {
    case 'All':
      return true
    case 'Same':
      return namespace === own
    case 'Selector': {
      const labels = namespaceLabels(namespace)
      return labels !== undefined && selects(selector, labels)
    }
    default:
      return false
  }
}
