import { resource } from '#api/resource.ts'
import { ConfigMap, ConfigMapList } from './message.ts'

export const configMaps = resource('configmaps', ConfigMap, ConfigMapList, { shortNames: ['cm'] })
