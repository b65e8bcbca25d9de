import { resource } from '#api/resource.ts'
import { TLSRoute, TLSRouteList } from './message.ts'

export const tlsRoutes = resource('tlsroutes', TLSRoute, TLSRouteList, { categories: ['gateway-api'] })
