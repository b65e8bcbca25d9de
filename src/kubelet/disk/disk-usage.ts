import { join } from 'node:path'
import { messageFolder } from '../container/files/container-files.ts'
import type { KubeletContext } from '../context.ts'
import { etcFiles } from '../etc/pod-etc-files.ts'
import type { PodEntry } from '../pod/pod-entry.ts'
import { type DiskLimits, type DiskUsage, isOnDisk } from './disk-limits.ts'
import { fileUsage, folderUsage } from './folder-usage.ts'

/** What a pod has taken, as far as its limits want to know. */
export const podDiskUsage = async (
  { runtime }: Pick<KubeletContext, 'runtime'>,
  { pod, containers, dir, logDir, volumes }: PodEntry,
  limits: DiskLimits,
): Promise<DiskUsage> => {
  const whole = limits.whole?.bytes
  const shared = whole === undefined ? 0 : etcFiles(dir).reduce((sum, path) => sum + fileUsage(path), 0)
  const usage = { volumes: new Map<string, number>(), containers: new Map<string, number>(), shared }
  for (const volume of (pod.spec?.volumes ?? []).filter(isOnDisk)) {
    const most = limits.volumes.get(volume.name)?.bytes ?? whole
    const path = volumes.folderOf(volume.name)
    if (most !== undefined && path !== undefined) usage.volumes.set(volume.name, await folderUsage(path, most))
  }
  if (whole === undefined) return usage
  for (const [name, { id }] of containers) {
    const most = limits.containers.get(name)?.bytes ?? whole
    const written = id === undefined ? 0 : await folderUsage(runtime.scratch(id), most)
    const messages = await folderUsage(messageFolder(dir, name), most)
    usage.containers.set(name, written + messages + (await folderUsage(join(logDir, name), most)))
  }
  return usage
}
