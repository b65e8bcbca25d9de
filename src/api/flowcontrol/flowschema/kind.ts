import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { flowSchemaColumns } from './columns.ts'
import { defaultFlowSchema } from './defaults.ts'
import { flowSchemas } from './resource.ts'

export const flowSchema = kind({
  resource: flowSchemas,
  subresources: { status },
  defaults: defaultFlowSchema,
  generation: ({ spec }) => spec,
  isConditional: true,
  isInert: true,
  columns: flowSchemaColumns,
})
