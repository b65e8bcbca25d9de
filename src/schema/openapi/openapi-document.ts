import type { MessageClass } from '../schema.ts'
import { type OpenApiResource, type Operation, operationsOf, type Parameter } from './openapi-operations.ts'
import type { Schema, SchemaCollector, SchemaNaming } from './openapi-schemas.ts'

/** What both versions of a document are made of. */
export interface OpenApiOptions extends SchemaNaming {
  /** Shown as the version of the API: `1.36`. */
  readonly version: string
  readonly deleteOptions: MessageClass<unknown>
  readonly status: MessageClass<unknown>
}

const PATCH_MODEL = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch'

/** How one version writes what both say. */
interface DocumentWriter<P, O> {
  readonly parameter: (parameter: Parameter) => P
  readonly operation: (tag: string, operation: Operation) => O
}

/** The paths of a document: each with its operations by method, and the parameters that they share. */
export const pathsOf = <P, O>(
  resources: readonly OpenApiResource[],
  writer: DocumentWriter<P, O>,
): { readonly [path: string]: { readonly [method in Operation['method']]?: O } & { readonly parameters: P[] } } => {
  const entries = resources.flatMap((resource) => operationsOf(resource))
  return Object.fromEntries(
    entries.map(({ path, tag, parameters, operations }) => [
      path,
      {
        ...Object.fromEntries(operations.map((entry) => [entry.method, writer.operation(tag, entry)])),
        parameters: parameters.map(writer.parameter),
      },
    ]),
  )
}

/** What a request carries: its media types and their schema. */
interface RequestBody {
  readonly types: readonly string[]
  readonly schema: Schema
  readonly required: boolean
}

/** The body of an operation's request; undefined where it has none. Schemas that it reaches are collected. */
export const requestBody = (
  { body, message, patchTypes = [] }: Operation,
  schemas: SchemaCollector,
  { deleteOptions }: OpenApiOptions,
): RequestBody | undefined => {
  switch (body) {
    case 'none':
      return undefined
    case 'object':
      return { types: ['*/*'], schema: schemas.reference(message!), required: true }
    case 'patch':
      return { types: patchTypes, schema: schemas.named(PATCH_MODEL, { type: 'object' }), required: true }
    case 'delete-options':
      return { types: ['*/*'], schema: schemas.reference(deleteOptions), required: false }
  }
}

/** The schema of an operation's answer; those that it reaches are collected. */
export const answerSchema = ({ response }: Operation, schemas: SchemaCollector, { status }: OpenApiOptions): Schema =>
  response === 'text' ? { type: 'string' } : schemas.reference(response === 'status' ? status : response)

/** An operation's answers by status; `answer` is what a good one carries besides its description. */
export const responses = <A extends object>({ statuses }: Operation, answer: A) => ({
  ...Object.fromEntries(statuses.map((status) => [status, { description: 'OK', ...answer }])),
  401: { description: 'Unauthorized' },
})

/** Kubernetes' own words of an operation. */
export const extensions = ({ action, gvk }: Operation) => ({
  'x-kubernetes-action': action,
  'x-kubernetes-group-version-kind': gvk,
})
