import { resource } from '#api/resource.ts'
import { PriorityLevelConfiguration, PriorityLevelConfigurationList } from './message.ts'

export const priorityLevelConfigurations = resource(
  'prioritylevelconfigurations',
  PriorityLevelConfiguration,
  PriorityLevelConfigurationList,
  { namespaced: false },
)
