import { resource } from '#api/resource.ts'
import { CSINode, CSINodeList } from './message.ts'

export const csiNodes = resource('csinodes', CSINode, CSINodeList, { namespaced: false })
