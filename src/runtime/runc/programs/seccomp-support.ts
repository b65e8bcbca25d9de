import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'

/** A kernel that filters system calls tells here which actions it knows. */
const KERNEL_FILTERS = '/proc/sys/kernel/seccomp/actions_avail'

/** What `runc --version` lists where it was built with filters; crun says it by its features. */
const BUILT_WITH = /^libseccomp:|\+SECCOMP\b/m

/** Why no container can have a filter of system calls here; undefined where each can. Asked once. Never rejects. */
export const seccompSupport = (runc: () => string): (() => Promise<string | undefined>) => {
  let answer: Promise<string | undefined> | undefined
  return () => {
    answer ??= whyNoSeccomp(runc())
    return answer
  }
}

const whyNoSeccomp = async (runc: string): Promise<string | undefined> => {
  if (!existsSync(KERNEL_FILTERS)) return 'seccomp is not supported: the kernel has no filters (CONFIG_SECCOMP_FILTER)'
  const version = await new Promise<string>((resolve) => {
    execFile(runc, ['--version'], (error, stdout) => resolve(error === null ? stdout : ''))
  })
  return BUILT_WITH.test(version) ? undefined : `seccomp is not supported: ${runc} was built without libseccomp`
}
