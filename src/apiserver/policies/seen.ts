import { namespaces } from '#api/core/namespace/resource.ts'
import { type ApiObject, isSame } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'
import type { Attributes, ReviewedKind } from '../webhooks/attributes.ts'
import type { Equivalent } from '../webhooks/matching.ts'
import { reviewed } from '../webhooks/patching.ts'
import type { Seen } from './inputs.ts'

/** A request as expressions see it in a form. */
export const seenIn = (registry: Registry, form: Equivalent, attributes: Attributes): Seen => {
  const shown = (object: ApiObject | undefined, kind: ReviewedKind) =>
    object === undefined ? null : reviewed(registry.machinery, kind, form.show(object))
  const { namespace, resource } = attributes
  const around =
    namespace === '' || isSame(resource, namespaces) ? undefined : registry.find(namespaces, undefined, namespace)
  return {
    attributes,
    form,
    object: shown(attributes.object, form.kind),
    oldObject: shown(attributes.oldObject, form.kind),
    ...(around ? { namespace: around } : {}),
  }
}
