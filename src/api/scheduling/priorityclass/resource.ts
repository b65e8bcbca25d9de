import { resource } from '#api/resource.ts'
import { PriorityClass, PriorityClassList } from './message.ts'

export const priorityClasses = resource('priorityclasses', PriorityClass, PriorityClassList, {
  shortNames: ['pc'],
  namespaced: false,
})
