import { join } from 'node:path'
import type { KubeletContext } from '../context.ts'
import type { PodEntry } from '../pod/pod-entry.ts'
import { type DiskLimits, type DiskUsage, isOnDisk } from './disk-limits.ts'
import { walkFolder } from './folder-walk.ts'

/** Of stat(2), whatever the file system's own blocks are. */
const BLOCK = 512

/**
 * What all that is in a folder takes of the disk, in bytes: blocks and not lengths, a file with several names once.
 * Beyond `most` it need not be known by how much. 0 where there is no such folder.
 */
export const folderUsage = async (folder: string, most = Number.POSITIVE_INFINITY): Promise<number> => {
  const linked = new Set<number>()
  let bytes = 0
  try {
    await walkFolder(folder, ({ stats }) => {
      if (!stats.isDirectory() && stats.nlink > 1) {
        if (linked.has(stats.ino)) return true
        linked.add(stats.ino)
      }
      bytes += stats.blocks * BLOCK
      return bytes <= most
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  return bytes
}

/** What a pod has taken, as far as its limits want to know. */
export const podDiskUsage = async (
  { runtime }: Pick<KubeletContext, 'runtime'>,
  { pod, containers, logDir, volumes }: PodEntry,
  limits: DiskLimits,
): Promise<DiskUsage> => {
  const usage = { volumes: new Map<string, number>(), containers: new Map<string, number>() }
  const whole = limits.whole?.bytes
  for (const volume of (pod.spec?.volumes ?? []).filter(isOnDisk)) {
    const most = limits.volumes.get(volume.name)?.bytes ?? whole
    const path = volumes.folderOf(volume.name)
    if (most !== undefined && path !== undefined) usage.volumes.set(volume.name, await folderUsage(path, most))
  }
  if (whole === undefined) return usage
  for (const [name, { id }] of containers) {
    const most = limits.containers.get(name)?.bytes ?? whole
    const written = id === undefined ? 0 : await folderUsage(runtime.scratch(id), most)
    usage.containers.set(name, written + (await folderUsage(join(logDir, name), most)))
  }
  return usage
}
