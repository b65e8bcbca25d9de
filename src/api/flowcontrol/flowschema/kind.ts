import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { flowSchemaColumns } from './columns.ts'
import { defaultFlowSchema } from './defaults.ts'
import { flowSchemas } from './resource.ts'
import { validateFlowSchemaCreate, validateFlowSchemaStatus, validateFlowSchemaUpdate } from './validate.ts'

export const flowSchema = kind({
  resource: flowSchemas,
  subresources: { status },
  defaults: defaultFlowSchema,
  validate: {
    create: validateFlowSchemaCreate,
    update: validateFlowSchemaUpdate,
    status: validateFlowSchemaStatus,
  },
  generation: ({ spec }) => spec,
  isConditional: true,
  isInert: true,
  columns: flowSchemaColumns,
})
