import { resource } from '#api/resource.ts'
import { CSIDriver, CSIDriverList } from './message.ts'

export const csiDrivers = resource('csidrivers', CSIDriver, CSIDriverList, { namespaced: false })
