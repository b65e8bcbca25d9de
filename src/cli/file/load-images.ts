import { resolve } from 'node:path'
import type { RegistrySettings } from '#runtime/images/local/registry/registries-conf.ts'
import { openImageStore } from '../images/image-store.ts'

interface LoadOptions {
  /** Of the file of the cluster: where its archives lie, where they are not named wholly. */
  readonly folder: string
  readonly registries: RegistrySettings
  readonly signal: AbortSignal
}

/** A path, by how it begins; everything else is the name of an image. */
const isPath = (entry: string): boolean => /^\.{0,2}\//.test(entry)

/**
 * Brings the images that the file of a cluster names: from archives, and from registries what is not on this machine yet.
 * Rejects with RuntimeError as `LocalImages` does, or CliError NEEDS_ROOT.
 */
export const loadImages = async (
  list: readonly string[],
  { folder, registries, signal }: LoadOptions,
): Promise<void> => {
  if (list.length === 0) return
  const store = openImageStore()
  for (const entry of list) {
    if (isPath(entry)) await store.load(resolve(folder, entry), undefined, { signal })
    else if (!store.pin(entry)) await store.pull(entry, { registries, signal, pinned: true })
  }
}
