import { resource } from '#api/resource.ts'
import { IngressClass, IngressClassList } from './message.ts'

export const ingressClasses = resource('ingressclasses', IngressClass, IngressClassList, { namespaced: false })
