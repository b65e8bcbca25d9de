import { imageStoreFolder, stateRoot } from '#cluster/state/state.ts'
import { imageStorePaths } from '#runtime/images/local/image-store-folder.ts'
import { LocalImages } from '#runtime/images/local/local-images.ts'
import { CliError } from '../cli-error.ts'

/** The images of this machine, for whoever is root. Throws CliError NEEDS_ROOT. */
export const openImageStore = (): LocalImages => {
  if (process.getuid!() !== 0)
    throw new CliError('NEEDS_ROOT', 'the images of this machine are root’s', { hint: 'say the same with sudo' })
  // As our processes have it: what is written is root's alone, but for the images' own files.
  process.umask(0o077)
  return new LocalImages({ root: imageStoreFolder(stateRoot()) })
}

/** Where what is on its way into the store may lie: on the same disk. */
export const imageDrafts = (): string => imageStorePaths(imageStoreFolder(stateRoot())).drafts
