import { resource } from '#api/resource.ts'
import { Lease, LeaseList } from './message.ts'

export const leases = resource('leases', Lease, LeaseList)
