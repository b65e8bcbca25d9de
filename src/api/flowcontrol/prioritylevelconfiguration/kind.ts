import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { priorityLevelConfigurationColumns } from './columns.ts'
import { defaultPriorityLevelConfiguration } from './defaults.ts'
import { priorityLevelConfigurations } from './resource.ts'
import { validatePriorityLevelCreate, validatePriorityLevelStatus, validatePriorityLevelUpdate } from './validate.ts'

export const priorityLevelConfiguration = kind({
  resource: priorityLevelConfigurations,
  subresources: { status },
  defaults: defaultPriorityLevelConfiguration,
  validate: {
    create: validatePriorityLevelCreate,
    update: validatePriorityLevelUpdate,
    status: validatePriorityLevelStatus,
  },
  generation: ({ spec }) => spec,
  isConditional: true,
  isInert: true,
  columns: priorityLevelConfigurationColumns,
})
