import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Settings } from '#incluster/settings/settings.ts'
import { type Installation, PART_OF, SETTINGS_NAME } from './installation.ts'

/** The file of the map that the programs read. */
export const SETTINGS_FILE = 'settings.json'

export const settingsText = (settings: Settings): string => `${JSON.stringify(settings, undefined, 2)}\n`

/** What both workloads are told of the cluster. */
export const settingsMap = ({ namespace, settings }: Installation): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: SETTINGS_NAME, namespace, labels: PART_OF },
  data: { [SETTINGS_FILE]: settingsText(settings) },
})
