import { configMaps } from '#api/core/configmap/resource.ts'
import { type Client, isNotFound } from '#client/client.ts'
import { SettingsError } from '#incluster/settings/read-field.ts'
import { InstallError } from './install-error.ts'
import { type Installation, SETTINGS_NAME } from './objects/installation.ts'
import { installationOf } from './objects/settings-map.ts'

/** What is installed there; undefined where nothing is. Throws InstallError where it is none of ours. */
export const installedIn = async (namespace: string, client: Client): Promise<Installation | undefined> => {
  try {
    return installationOf(await client.get(configMaps, SETTINGS_NAME, { namespace }))
  } catch (cause) {
    if (isNotFound(cause)) return undefined
    if (!(cause instanceof SettingsError)) throw cause
    throw new InstallError(
      'INSTALL_FOREIGN',
      `ConfigMap ${namespace}/${SETTINGS_NAME} does not say what is installed: ${cause.message}`,
      'fairlead install writes it anew',
      { cause },
    )
  }
}
