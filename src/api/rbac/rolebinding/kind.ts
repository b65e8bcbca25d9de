import { kind } from '#api/catalogue/kind.ts'
import { bindingBehaviour } from '../binding-behaviour.ts'
import { roleBindings } from './resource.ts'

export const roleBinding = kind({ resource: roleBindings, ...bindingBehaviour })
