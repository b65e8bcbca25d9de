import { resource } from '#api/resource.ts'
import { TCPRoute, TCPRouteList } from './message.ts'

export const tcpRoutes = resource('tcproutes', TCPRoute, TCPRouteList, { categories: ['gateway-api'] })
