import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CgroupUsage } from '#runtime/runtime.ts'
import { cgroupFolders } from './cgroup.ts'

const textOf = (folder: string, name: string): string | undefined => {
  try {
    return readFileSync(join(folder, name), 'latin1')
  } catch {
    return undefined
  }
}

/** A line's number in a file of `name number` lines; 0 where it is not there. */
const lineOf = (text: string, name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)

/** What a cgroup (`/fairlead/NAME/…`) has used, with those below it; undefined where it is not there. */
export const cgroupUsage = (path: string, root?: string): CgroupUsage | undefined => {
  const folders = cgroupFolders(path, root)
  const read = (name: string): string | undefined => {
    for (const folder of folders) {
      const text = textOf(folder, name)
      if (text !== undefined) return text
    }
    return undefined
  }
  // Version 2 has one name for each, version 1 another.
  const micros = read('cpu.stat')?.match(/^usage_usec (\d+)$/m)?.[1]
  const nanos = read('cpuacct.usage')
  const cpuNanoseconds = micros === undefined ? Number(nanos) : Number(micros) * 1000
  const usage = read('memory.current') ?? read('memory.usage_in_bytes')
  const stat = read('memory.stat')
  if (Number.isNaN(cpuNanoseconds) || usage === undefined || stat === undefined) return undefined
  const bytes = Number(usage)
  // What can be dropped at once is not what it works with.
  const idle = lineOf(stat, 'total_inactive_file') || lineOf(stat, 'inactive_file')
  return {
    cpuNanoseconds,
    memoryBytes: bytes,
    workingSetBytes: Math.max(0, bytes - idle),
    rssBytes: lineOf(stat, 'total_rss') || lineOf(stat, 'anon') || lineOf(stat, 'rss'),
  }
}
