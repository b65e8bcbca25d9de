import { resource } from '#api/resource.ts'
import { Role, RoleList } from './message.ts'

export const roles = resource('roles', Role, RoleList)
