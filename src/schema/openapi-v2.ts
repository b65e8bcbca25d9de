import {
  type OpenApiResource,
  type Operation,
  operationsOf,
  PATCH_TYPES,
  type Parameter,
  type PathOperations,
} from './openapi-operations.ts'
import { type GroupVersionKind, type Schema, SchemaCollector } from './openapi-schemas.ts'
import { type OpenApiOptions, PATCH_MODEL } from './openapi-v3.ts'

export interface ParameterV2 {
  readonly name: string
  readonly in: 'query' | 'path' | 'body'
  readonly required?: boolean
  readonly type?: string
  readonly uniqueItems?: boolean
  readonly schema?: Schema
}

export interface OperationV2 {
  readonly consumes: readonly string[]
  readonly produces: readonly string[]
  readonly schemes: readonly string[]
  readonly tags: readonly string[]
  readonly operationId: string
  readonly parameters?: readonly ParameterV2[]
  readonly responses: { readonly [status: string]: { readonly description: string; readonly schema?: Schema } }
  readonly 'x-kubernetes-action': string
  readonly 'x-kubernetes-group-version-kind': GroupVersionKind
}

export type PathItemV2 = { readonly [method in Operation['method']]?: OperationV2 } & {
  readonly parameters: readonly ParameterV2[]
}

/** An OpenAPI v2 (Swagger) document. */
export interface OpenApiV2 {
  readonly swagger: '2.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: { readonly [path: string]: PathItemV2 }
  readonly definitions: { readonly [name: string]: Schema }
  readonly securityDefinitions: object
  readonly security: readonly object[]
}

const PRODUCES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** The OpenAPI v2 document of all served resources, as plain JSON. `openapi-v2-protobuf.ts` writes it as clients ask for it. */
export const openApiV2Document = (resources: readonly OpenApiResource[], options: OpenApiOptions): OpenApiV2 => {
  const schemas = new SchemaCollector('v2', options)
  const paths: { [path: string]: PathItemV2 } = {}
  for (const resource of resources)
    for (const entry of operationsOf(resource, options.subresourceKinds))
      paths[entry.path] = pathItem(entry, schemas, options)
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: options.version },
    paths,
    definitions: schemas.schemas,
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  }
}

const pathItem = (
  { tag, parameters, operations }: PathOperations,
  schemas: SchemaCollector,
  options: OpenApiOptions,
): PathItemV2 => ({
  ...Object.fromEntries(operations.map((entry) => [entry.method, operation(tag, entry, schemas, options)])),
  parameters: parameters.map(parameter),
})

const parameter = ({ name, in: place, type }: Parameter): ParameterV2 => ({
  uniqueItems: true,
  type,
  name,
  in: place,
  ...(place === 'path' && { required: true }),
})

const operation = (tag: string, entry: Operation, schemas: SchemaCollector, options: OpenApiOptions): OperationV2 => {
  const body = (): readonly ParameterV2[] => {
    switch (entry.body) {
      case 'none':
        return []
      case 'object':
        return [{ name: 'body', in: 'body', required: true, schema: schemas.reference(entry.message!) }]
      case 'patch':
        return [{ name: 'body', in: 'body', required: true, schema: schemas.named(PATCH_MODEL, { type: 'object' }) }]
      case 'delete-options':
        return [{ name: 'body', in: 'body', schema: schemas.reference(options.deleteOptions) }]
    }
  }
  const schema: Schema =
    entry.response === 'text'
      ? { type: 'string' }
      : schemas.reference(entry.response === 'status' ? options.status : entry.response)
  const parameters = [...body(), ...entry.parameters.map(parameter)]
  return {
    consumes: entry.body === 'patch' ? PATCH_TYPES : ['*/*'],
    produces:
      entry.response === 'text'
        ? ['*/*']
        : entry.action === 'list'
          ? [...PRODUCES, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
          : PRODUCES,
    schemes: ['https'],
    tags: [tag],
    operationId: entry.id,
    ...(parameters.length > 0 && { parameters }),
    responses: {
      ...Object.fromEntries(entry.statuses.map((status) => [status, { description: 'OK', schema }])),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': entry.action,
    'x-kubernetes-group-version-kind': entry.gvk,
  }
}
