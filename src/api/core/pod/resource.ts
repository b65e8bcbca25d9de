import { resource } from '#api/resource.ts'
import { Pod, PodList } from './message.ts'

export const pods = resource('pods', Pod, PodList, {
  shortNames: ['po'],
  categories: ['all'],
})
