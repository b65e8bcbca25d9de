import { answerSchema, extensions, type OpenApiOptions, pathsOf, requestBody, responses } from './openapi-document.ts'
import type { OpenApiResource, Operation, Parameter } from './openapi-operations.ts'
import { type GroupVersionKind, type Schema, SchemaCollector } from './openapi-schemas.ts'

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

/**
 * The OpenAPI v2 document of all served resources, as plain JSON. `openapi-v2-protobuf.ts` writes it as clients ask for
 * it.
 */
export const openApiV2Document = (resources: readonly OpenApiResource[], options: OpenApiOptions): OpenApiV2 => {
  const schemas = new SchemaCollector('v2', options)
  const paths = pathsOf(resources, {
    parameter,
    operation: (tag, entry) => operation(tag, entry, schemas, options),
  })
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: options.version },
    paths,
    definitions: schemas.schemas,
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    security: [{ BearerToken: [] }],
  }
}

const parameter = ({ name, in: place, type }: Parameter): ParameterV2 => ({
  uniqueItems: true,
  type,
  name,
  in: place,
  ...(place === 'path' && { required: true }),
})

const producesOf = ({ response, action }: Operation): readonly string[] => {
  if (response === 'text') return ['*/*']
  if (action !== 'list') return PRODUCES
  return [...PRODUCES, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
}

const operation = (tag: string, entry: Operation, schemas: SchemaCollector, options: OpenApiOptions): OperationV2 => {
  const schema = answerSchema(entry, schemas, options)
  const body = requestBody(entry, schemas, options)
  const bodyParameter: ParameterV2 | undefined = body && {
    name: 'body',
    in: 'body',
    ...(body.required && { required: true }),
    schema: body.schema,
  }
  const parameters = [...(bodyParameter ? [bodyParameter] : []), ...entry.parameters.map(parameter)]
  return {
    consumes: entry.patchTypes ?? ['*/*'],
    produces: producesOf(entry),
    schemes: ['https'],
    tags: [tag],
    operationId: entry.id,
    ...(parameters.length > 0 && { parameters }),
    responses: responses(entry, { schema }),
    ...extensions(entry),
  }
}
