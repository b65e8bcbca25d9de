/** A schema as definitions hold it. */
export type TestSchema = { readonly [keyword: string]: unknown }

/** A version with a spec of this schema, and a status of its own. */
export const versionOf = (name: string, spec: TestSchema, more: object = {}): object => ({
  name,
  served: true,
  storage: name === 'v1',
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    },
  },
  subresources: { status: {} },
  ...more,
})

/** A definition of `PLURAL.lab.example`. */
export const definitionOf = (plural: string, kind: string, versions: readonly object[], more: object = {}): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.lab.example` },
  spec: { group: 'lab.example', scope: 'Namespaced', names: { plural, kind }, versions, ...more },
})

/** Where definitions are. */
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
