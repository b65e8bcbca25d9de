import {
  type OpenApiResource,
  type Operation,
  operationsOf,
  PATCH_TYPES,
  type Parameter,
  type PathOperations,
  type SubresourceKind,
} from './openapi-operations.ts'
import { type Schema, SchemaCollector, type SchemaNaming } from './openapi-schemas.ts'
import type { MessageClass } from './schema.ts'

/** What both versions of a document are made of. */
export interface OpenApiOptions extends SchemaNaming {
  /** Shown as the version of the API: `1.36`. */
  readonly version: string
  readonly deleteOptions: MessageClass<unknown>
  readonly status: MessageClass<unknown>
  readonly subresourceKinds?: { readonly [subresource: string]: SubresourceKind }
}

export const PATCH_MODEL = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch'
const JSON_TYPE = 'application/json'
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

/** The answer to `/openapi/v3`: where the document of each group version lies. */
export const openApiV3Index = (
  groupVersions: readonly { readonly group: string; readonly version: string }[],
): { readonly paths: { readonly [path: string]: { readonly serverRelativeURL: string } } } => ({
  paths: Object.fromEntries(
    groupVersions.map(({ group, version }) => {
      const path = group === '' ? `api/${version}` : `apis/${group}/${version}`
      return [path, { serverRelativeURL: `/openapi/v3/${path}` }]
    }),
  ),
})

/**
 * The OpenAPI v3 document of one group version, as plain JSON. It holds the paths of the given resources and the schemas that they
 * reach, and no more: `kubectl apply` reads it before every apply.
 */
export const openApiV3Document = (resources: readonly OpenApiResource[], options: OpenApiOptions): object => {
  const schemas = new SchemaCollector('v3', options)
  const paths: { [path: string]: object } = {}
  for (const resource of resources)
    for (const entry of operationsOf(resource, options.subresourceKinds))
      paths[entry.path] = pathItem(entry, schemas, options)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: options.version },
    paths,
    components: {
      schemas: schemas.schemas,
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  }
}

const pathItem = (
  { tag, parameters, operations }: PathOperations,
  schemas: SchemaCollector,
  options: OpenApiOptions,
): object => ({
  ...Object.fromEntries(operations.map((entry) => [entry.method, operation(tag, entry, schemas, options)])),
  parameters: parameters.map(parameter),
})

const parameter = ({ name, in: place, type }: Parameter): object => ({
  name,
  in: place,
  ...(place === 'path' && { required: true }),
  schema: { type, uniqueItems: true },
})

const operation = (tag: string, entry: Operation, schemas: SchemaCollector, options: OpenApiOptions): object => {
  const { id, action, gvk, parameters, body, message } = entry
  const content = (types: readonly string[], schema: Schema): object =>
    Object.fromEntries(types.map((type) => [type, { schema }]))
  const requestBody = (): object | undefined => {
    switch (body) {
      case 'none':
        return undefined
      case 'object':
        return { content: content(['*/*'], schemas.reference(message!)), required: true }
      case 'patch':
        return { content: content(PATCH_TYPES, schemas.named(PATCH_MODEL, { type: 'object' })), required: true }
      case 'delete-options':
        return { content: content(['*/*'], schemas.reference(options.deleteOptions)) }
    }
  }
  const answer = (): object => {
    if (entry.response === 'text') return { description: 'OK', content: content(['*/*'], { type: 'string' }) }
    const schema = schemas.reference(entry.response === 'status' ? options.status : entry.response)
    return { description: 'OK', content: content([JSON_TYPE, PROTOBUF_TYPE], schema) }
  }
  const request = requestBody()
  return {
    tags: [tag],
    operationId: id,
    ...(parameters.length > 0 && { parameters: parameters.map(parameter) }),
    ...(request !== undefined && { requestBody: request }),
    responses: {
      ...Object.fromEntries(entry.statuses.map((status) => [status, answer()])),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  }
}
