import type { ConfigMap } from '#api/core/configmap/message.ts'
import { readSettings, type Settings } from '#incluster/settings/settings.ts'
import { type Installation, PART_OF, SETTINGS_NAME } from './installation.ts'

/** The file of the map that the programs read. */
const SETTINGS_FILE = 'settings.json'
/** By which image it was installed: the same takes it away. */
const IMAGE_ANNOTATION = 'fairlead.dev/image'

export const settingsText = (settings: Settings): string => `${JSON.stringify(settings, undefined, 2)}\n`

/** What both workloads are told of the cluster; it is also the note of what is installed. */
export const settingsMap = ({ namespace, image, settings }: Installation): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: SETTINGS_NAME, namespace, labels: PART_OF, annotations: { [IMAGE_ANNOTATION]: image } },
  data: { [SETTINGS_FILE]: settingsText(settings) },
})

/** What is installed, by its map. Throws SettingsError where the map is not ours, or somebody has broken it. */
export const installationOf = ({ metadata, data }: ConfigMap): Installation => ({
  namespace: metadata?.namespace ?? '',
  image: metadata?.annotations?.[IMAGE_ANNOTATION] ?? '',
  settings: readSettings(data?.[SETTINGS_FILE] ?? ''),
})
