import { resource } from '#api/resource.ts'
import { UDPRoute, UDPRouteList } from './message.ts'

export const udpRoutes = resource('udproutes', UDPRoute, UDPRouteList, { categories: ['gateway-api'] })
