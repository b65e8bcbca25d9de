import { resource } from '#api/resource.ts'
import { APIService, APIServiceList } from './message.ts'

export const apiServices = resource('apiservices', APIService, APIServiceList, {
  categories: ['api-extensions'],
  namespaced: false,
})
