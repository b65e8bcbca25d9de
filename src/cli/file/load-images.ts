import type { ClusterConfig } from '#cluster/config.ts'
import { CliError } from '../cli-error.ts'

/**
 * Loads the images that the file of a cluster names, before anything is applied. Not there yet: throws CliError
 * IMAGES_UNSUPPORTED, also before there is a cluster to load them into.
 */
export const loadImages = async (_config: ClusterConfig | undefined, list: readonly string[]): Promise<void> => {
  if (list.length === 0) return
  throw new CliError('IMAGES_UNSUPPORTED', `images: not there yet, so ${list.join(', ')} cannot be loaded`, {
    hint: 'leave the field out; two images are built in: fairlead/echo and fairlead/host',
  })
}
