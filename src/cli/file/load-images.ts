import { resolve } from 'node:path'
import type { LocalImages } from '#runtime/images/local/local-images.ts'
import type { RegistrySettings } from '#runtime/images/local/registry/registries-conf.ts'
import { RuntimeError } from '#runtime/runtime-error.ts'
import { openImageStore } from '../images/image-store.ts'

interface LoadOptions {
  /** The file, as people call it. */
  readonly file: string
  /** Of the file of the cluster: where its archives lie, where they are not named wholly. */
  readonly folder: string
  readonly registries: RegistrySettings
  readonly signal: AbortSignal
  /** Opened where there is something to bring. */
  readonly open?: () => Pick<LocalImages, 'load' | 'pin' | 'pull'>
}

/** A path, by how it begins; everything else is the name of an image. */
const isPath = (entry: string): boolean => /^\.{0,2}\//.test(entry)

/**
 * Brings the images that the file of a cluster names: from archives, and from registries what is not on this machine yet.
 * Rejects with RuntimeError as `LocalImages` does, naming the field, or CliError NEEDS_ROOT.
 */
export const loadImages = async (
  list: readonly string[],
  { file, folder, registries, signal, open = openImageStore }: LoadOptions,
): Promise<void> => {
  if (list.length === 0) return
  const store = open()
  for (const [index, entry] of list.entries()) {
    try {
      if (isPath(entry)) await store.load(resolve(folder, entry), undefined, { signal, shown: entry })
      else if (!store.pin(entry)) await store.pull(entry, { registries, signal, pinned: true })
    } catch (cause) {
      if (!(cause instanceof RuntimeError)) throw cause
      throw new RuntimeError(cause.code, `${file}: images[${index}]: ${cause.words}`, { cause })
    }
  }
}
