import { resource } from '#api/resource.ts'
import { CSIStorageCapacity, CSIStorageCapacityList } from './message.ts'

export const csiStorageCapacities = resource('csistoragecapacities', CSIStorageCapacity, CSIStorageCapacityList, {})
