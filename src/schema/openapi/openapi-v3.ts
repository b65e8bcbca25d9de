import { answerSchema, extensions, type OpenApiOptions, pathsOf, requestBody, responses } from './openapi-document.ts'
import type { OpenApiResource, Operation, Parameter } from './openapi-operations.ts'
import { type Schema, SchemaCollector } from './openapi-schemas.ts'

const ANSWER_TYPES = ['application/json', 'application/vnd.kubernetes.protobuf']

/**
 * The OpenAPI v3 document of one group version, as plain JSON. It holds the paths of the given resources and the
 * schemas that they reach, and no more: `kubectl apply` reads it before every apply.
 */
export const openApiV3Document = (resources: readonly OpenApiResource[], options: OpenApiOptions): object => {
  const schemas = new SchemaCollector('v3', options)
  const paths = pathsOf(resources, {
    parameter,
    operation: (tag, entry) => operation(tag, entry, schemas, options),
  })
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

const parameter = ({ name, in: place, type }: Parameter): object => ({
  name,
  in: place,
  ...(place === 'path' && { required: true }),
  schema: { type, uniqueItems: true },
})

const content = (types: readonly string[], schema: Schema): object =>
  Object.fromEntries(types.map((type) => [type, { schema }]))

const operation = (tag: string, entry: Operation, schemas: SchemaCollector, options: OpenApiOptions): object => {
  const { id, parameters, response } = entry
  const body = requestBody(entry, schemas, options)
  const answer = answerSchema(entry, schemas, options)
  return {
    tags: [tag],
    operationId: id,
    ...(parameters.length > 0 && { parameters: parameters.map(parameter) }),
    ...(body && {
      requestBody: { content: content(body.types, body.schema), ...(body.required && { required: true }) },
    }),
    responses: responses(entry, { content: content(response === 'text' ? ['*/*'] : ANSWER_TYPES, answer) }),
    ...extensions(entry),
  }
}
