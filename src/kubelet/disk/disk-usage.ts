import { join } from 'node:path'
import type { KubeletContext } from '../context.ts'
import type { PodEntry } from '../pod/pod-entry.ts'
import { type DiskLimits, type DiskUsage, isOnDisk } from './disk-limits.ts'
import { folderUsage } from './folder-usage.ts'

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
