import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { podDisruptionBudgetColumns } from './columns.ts'
import { podDisruptionBudgets } from './resource.ts'

export const podDisruptionBudget = kind({
  resource: podDisruptionBudgets,
  subresources: { status },
  generation: ({ spec }) => spec,
  isConditional: true,
  isInert: true,
  columns: podDisruptionBudgetColumns,
})
