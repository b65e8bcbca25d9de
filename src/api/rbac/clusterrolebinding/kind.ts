import { kind } from '#api/catalogue/kind.ts'
import { bindingBehaviour } from '../binding-behaviour.ts'
import { clusterRoleBindings } from './resource.ts'

export const clusterRoleBinding = kind({ resource: clusterRoleBindings, ...bindingBehaviour })
