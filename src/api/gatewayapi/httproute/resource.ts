import { resource } from '#api/resource.ts'
import { HTTPRoute, HTTPRouteList } from './message.ts'

export const httpRoutes = resource('httproutes', HTTPRoute, HTTPRouteList, { categories: ['gateway-api'] })
