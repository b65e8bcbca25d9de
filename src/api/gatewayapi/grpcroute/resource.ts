import { resource } from '#api/resource.ts'
import { GRPCRoute, GRPCRouteList } from './message.ts'

export const grpcRoutes = resource('grpcroutes', GRPCRoute, GRPCRouteList, { categories: ['gateway-api'] })
