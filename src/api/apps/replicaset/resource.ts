import { resource } from '#api/resource.ts'
import { ReplicaSet, ReplicaSetList } from './message.ts'

export const replicaSets = resource('replicasets', ReplicaSet, ReplicaSetList, {
  shortNames: ['rs'],
  categories: ['all'],
})
