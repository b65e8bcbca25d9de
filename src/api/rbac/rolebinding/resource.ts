import { resource } from '#api/resource.ts'
import { RoleBinding, RoleBindingList } from './message.ts'

export const roleBindings = resource('rolebindings', RoleBinding, RoleBindingList)
