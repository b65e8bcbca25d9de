import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { persistentVolumeColumns } from './columns.ts'
import { defaultPersistentVolume } from './defaults.ts'
import { preparePersistentVolumeCreate } from './prepare.ts'
import { persistentVolumes } from './resource.ts'
import { validateVolumeCreate, validateVolumeUpdate } from './validate.ts'

export const persistentVolume = kind({
  resource: persistentVolumes,
  subresources: { status },
  defaults: defaultPersistentVolume,
  prepare: { create: preparePersistentVolumeCreate },
  validate: { create: validateVolumeCreate, update: validateVolumeUpdate },
  answersDeleted: true,
  columns: persistentVolumeColumns,
})
