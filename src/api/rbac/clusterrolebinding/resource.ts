import { resource } from '#api/resource.ts'
import { ClusterRoleBinding, ClusterRoleBindingList } from './message.ts'

export const clusterRoleBindings = resource('clusterrolebindings', ClusterRoleBinding, ClusterRoleBindingList, {
  namespaced: false,
})
