import { existsSync } from 'node:fs'
import type { FoundPrograms } from './found-programs.ts'

/** A kernel that filters system calls tells here which actions it knows. */
const KERNEL_FILTERS = '/proc/sys/kernel/seccomp/actions_avail'

/** What `runc --version` lists where it was built with filters; crun says it by its features. */
const BUILT_WITH = /^libseccomp:|\+SECCOMP\b/m

/**
 * Why no container can have a filter of system calls here; undefined where each can. Rejects with RUNTIME_PROGRAM_MISSING.
 */
export const whyNoSeccomp = async ({
  find,
  runcVersion,
}: Pick<FoundPrograms, 'find' | 'runcVersion'>): Promise<string | undefined> => {
  if (!existsSync(KERNEL_FILTERS)) return 'seccomp is not supported: the kernel has no filters (CONFIG_SECCOMP_FILTER)'
  const version = await runcVersion()
  return BUILT_WITH.test(version) ? undefined : `seccomp is not supported: ${find().runc} was built without libseccomp`
}
