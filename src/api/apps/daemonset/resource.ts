import { resource } from '#api/resource.ts'
import { DaemonSet, DaemonSetList } from './message.ts'

export const daemonSets = resource('daemonsets', DaemonSet, DaemonSetList, {
  shortNames: ['ds'],
  categories: ['all'],
})
