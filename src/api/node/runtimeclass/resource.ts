import { resource } from '#api/resource.ts'
import { RuntimeClass, RuntimeClassList } from './message.ts'

export const runtimeClasses = resource('runtimeclasses', RuntimeClass, RuntimeClassList, { namespaced: false })
