import { resource } from '#api/resource.ts'
import { PodDisruptionBudget, PodDisruptionBudgetList } from './message.ts'

export const podDisruptionBudgets = resource('poddisruptionbudgets', PodDisruptionBudget, PodDisruptionBudgetList, {
  shortNames: ['pdb'],
})
