import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { definitionColumns } from './columns.ts'
import { defaultCustomResourceDefinition } from './defaults.ts'
import { markedDefinition, prepareDefinitionCreate, prepareDefinitionUpdate } from './prepare.ts'
import { customResourceDefinitions } from './resource.ts'
import { validateDefinitionStatus } from './validate/status.ts'
import { definitionWarnings } from './warnings.ts'

/** Large, and needed by who declares resources alone. */
let checks: typeof import('./validate/definition.ts') | undefined

export const customResourceDefinition = kind({
  resource: customResourceDefinitions,
  subresources: { status },
  load: async (subresource) => {
    if (subresource === undefined) checks ??= await import('./validate/definition.ts')
  },
  defaults: defaultCustomResourceDefinition,
  prepare: { create: prepareDefinitionCreate, update: prepareDefinitionUpdate },
  validate: {
    create: (definition) => checks!.validateDefinition(definition),
    update: (definition, old) => checks!.validateDefinitionUpdate(definition, old),
    status: (definition, old) => validateDefinitionStatus(definition, old),
  },
  generation: ({ spec }) => spec,
  isConditional: true,
  deletion: {
    knowsNoGrace: true,
    // With the mark comes a finalizer, for which it then waits.
    holds: ({ metadata }) => metadata?.deletionTimestamp === undefined,
    marked: markedDefinition,
  },
  columns: definitionColumns,
  warnings: (definition, isNew) => (isNew ? definitionWarnings(definition) : []),
  descriptions: () => import('./descriptions.ts'),
})
