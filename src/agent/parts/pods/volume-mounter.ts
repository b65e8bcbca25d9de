import { closeSync } from 'node:fs'
import { makeFolderBeneath, openBeneath, openRoot, readDescriptor } from '#kernel/files/beneath.ts'
import { bindDescriptor, mountReadOnlyOverlay, mountTmpfs, unbind, unmountBelow } from '#kernel/files/mount.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { BindOutcome, Mounter, PlaceInVolume } from '#kubelet/volumes/mounter.ts'

function open({ path, create }: PlaceInVolume, root: number): number | Exclude<BindOutcome, 'bound'> {
  try {
    return create === undefined ? openBeneath(root, path) : openOrMake(root, path, create)
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    if (error.code === 'PATH_OUTSIDE') return 'outside'
    if (error.errnoName === 'ENOENT') return 'missing'
    throw error
  }
}

/** What is there may be a file; a folder is made only where nothing is. */
function openOrMake(root: number, path: string, mode: number): number {
  try {
    return openBeneath(root, path)
  } catch (error) {
    if (!(error instanceof KernelError) || error.errnoName !== 'ENOENT') throw error
    return makeFolderBeneath(root, path, mode)
  }
}

/** The kubelet's mounts, by this machine's kernel. Throws KernelError PATH_OPEN_FAILED, MOUNT_FAILED, UNMOUNT_FAILED. */
export const volumeMounter: Mounter = {
  tmpfs: (path, sizeBytes) =>
    mountTmpfs(path, { name: 'fairlead-emptydir', mode: 0o777, ...(sizeBytes !== undefined && { sizeBytes }) }),
  overlay: mountReadOnlyOverlay,
  bindBelow: (place, target) => {
    const root = openRoot(place.volume)
    try {
      const found = open(place, root)
      if (typeof found !== 'number') return found
      try {
        bindDescriptor(found, target)
      } finally {
        closeSync(found)
      }
      return 'bound'
    } finally {
      closeSync(root)
    }
  },
  readBelow: (place, most) => {
    const root = openRoot(place.volume)
    try {
      const found = open(place, root)
      if (typeof found !== 'number') return found
      try {
        const text = readDescriptor(found, most)
        return text === undefined ? 'irregular' : { text }
      } finally {
        closeSync(found)
      }
    } finally {
      closeSync(root)
    }
  },
  unbind,
  unmountBelow,
}
