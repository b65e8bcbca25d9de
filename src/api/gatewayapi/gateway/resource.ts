import { resource } from '#api/resource.ts'
import { Gateway, GatewayList } from './message.ts'

export const gateways = resource('gateways', Gateway, GatewayList, { shortNames: ['gtw'], categories: ['gateway-api'] })
