import type { Catalogue } from '#api/catalogue/catalogue.ts'
import { type Kind, storedKind } from '#api/catalogue/kind.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { notFound } from '../errors.ts'
import type { Registry } from '../registry/registry.ts'
import type { Attributes } from './attributes.ts'
import type { Equivalent, Surroundings } from './matching.ts'

/** What is known around a request. */
export const surroundingsOf = (registry: Registry, { resource, kind }: Attributes): Surroundings => {
  const { catalogue } = registry.machinery
  return {
    namespaceLabels(name) {
      const found = registry.find(namespaces, undefined, name)
      if (found === undefined) throw notFound(namespaces, name)
      return found.metadata?.labels
    },
    get equivalents() {
      const own = catalogue.find(resource)
      // A part with a body of its own is the same in all forms.
      return own && own.resource.kind === kind.kind ? equivalentsOf(catalogue, own) : []
    },
  }
}

/** All other forms in which objects of a kind can be had. */
const equivalentsOf = (catalogue: Catalogue, own: Kind): readonly Equivalent[] => {
  const stored = storedKind(own)
  return [stored, ...catalogue.formsOf(stored)]
    .filter((other) => other !== own && !other.isHidden)
    .map((other) => ({
      resource: other.resource,
      kind: other.resource,
      show: (object) => converted(own, other, object),
      take: (object) => converted(other, own, object),
    }))
}

const converted = (from: Kind, to: Kind, object: ApiObject): ApiObject => {
  const stored = from.form === undefined ? object : from.form.write(object)
  return to.form === undefined ? stored : to.form.read(stored)
}
