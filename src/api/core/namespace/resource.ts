import { resource } from '#api/resource.ts'
import { Namespace, NamespaceList } from './message.ts'

export const namespaces = resource('namespaces', Namespace, NamespaceList, {
  shortNames: ['ns'],
  namespaced: false,
})
