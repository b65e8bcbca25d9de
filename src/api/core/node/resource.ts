import { resource } from '#api/resource.ts'
import { Node, NodeList } from './message.ts'

export const nodes = resource('nodes', Node, NodeList, {
  shortNames: ['no'],
  namespaced: false,
})
