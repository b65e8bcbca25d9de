import { resource } from '#api/resource.ts'
import { ServiceCIDR, ServiceCIDRList } from './message.ts'

export const serviceCidrs = resource('servicecidrs', ServiceCIDR, ServiceCIDRList, { namespaced: false })
