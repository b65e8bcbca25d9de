import { resource } from '#api/resource.ts'
import { StatefulSet, StatefulSetList } from './message.ts'

export const statefulSets = resource('statefulsets', StatefulSet, StatefulSetList, {
  shortNames: ['sts'],
  categories: ['all'],
})
