import { resource } from '#api/resource.ts'
import { ClusterRole, ClusterRoleList } from './message.ts'

export const clusterRoles = resource('clusterroles', ClusterRole, ClusterRoleList, { namespaced: false })
