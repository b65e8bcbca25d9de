import { resource } from '#api/resource.ts'
import { ListenerSet, ListenerSetList } from './message.ts'

export const listenerSets = resource('listenersets', ListenerSet, ListenerSetList, {
  shortNames: ['lset'],
  categories: ['gateway-api'],
})
