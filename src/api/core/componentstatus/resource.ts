import { resource } from '#api/resource.ts'
import { ComponentStatus, ComponentStatusList } from './message.ts'

export const componentStatuses = resource('componentstatuses', ComponentStatus, ComponentStatusList, {
  shortNames: ['cs'],
  namespaced: false,
})
