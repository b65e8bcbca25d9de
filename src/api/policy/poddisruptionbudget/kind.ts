import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { podDisruptionBudgetColumns } from './columns.ts'
import { podDisruptionBudgets } from './resource.ts'
import { validateBudgetCreate, validateBudgetStatusUpdate, validateBudgetUpdate } from './validate.ts'

export const podDisruptionBudget = kind({
  resource: podDisruptionBudgets,
  subresources: { status },
  validate: { create: validateBudgetCreate, update: validateBudgetUpdate, status: validateBudgetStatusUpdate },
  generation: ({ spec }) => spec,
  isConditional: true,
  columns: podDisruptionBudgetColumns,
  descriptions: () => import('./descriptions.ts'),
})
