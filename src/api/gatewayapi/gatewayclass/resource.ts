import { resource } from '#api/resource.ts'
import { GatewayClass, GatewayClassList } from './message.ts'

export const gatewayClasses = resource('gatewayclasses', GatewayClass, GatewayClassList, {
  namespaced: false,
  shortNames: ['gc'],
  categories: ['gateway-api'],
})
