import { resource } from '#api/resource.ts'
import { Service, ServiceList } from './message.ts'

export const services = resource('services', Service, ServiceList, {
  shortNames: ['svc'],
  categories: ['all'],
})
