import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { ContainerSpec } from '../../../runtime.ts'
import { RuntimeError } from '../../../runtime-error.ts'
import { defaultProfile } from './default-profile.ts'

/** The largest that a profile may be, bytes: Docker's own has 17,000. */
const MOST_BYTES = 1 << 20

/**
 * The filter of system calls of a container with these capabilities (with the CAP_ prefix); undefined where it has none,
 * as whoever is privileged. Throws RuntimeError SECCOMP_UNAVAILABLE for a profile of the machine that cannot be had.
 */
export function containerSeccomp(
  { seccomp, privileged }: Pick<ContainerSpec, 'seccomp' | 'privileged'>,
  capabilities: readonly string[],
): object | undefined {
  if (seccomp === undefined || privileged) return undefined
  return seccomp.type === 'RuntimeDefault' ? defaultProfile(capabilities) : readProfile(seccomp.file)
}

/** What containerd says of such a file; the filter itself is runc's to judge. */
function readProfile(file: string): object {
  const text = readText(file)
  const broken = (why: string) =>
    new RuntimeError('SECCOMP_UNAVAILABLE', `decoding seccomp profile failed "${file}": ${why}`)
  let profile: unknown
  try {
    profile = JSON.parse(text)
  } catch (error) {
    throw broken((error as Error).message)
  }
  if (typeof profile !== 'object' || profile === null || Array.isArray(profile))
    throw broken('it is no object; write {"defaultAction": …, "syscalls": […]}')
  if (typeof (profile as { defaultAction?: unknown }).defaultAction !== 'string')
    throw broken('it has no defaultAction, such as "SCMP_ACT_ERRNO"')
  return profile
}

function readText(file: string): string {
  const failed = (why: string, cause?: unknown) =>
    new RuntimeError('SECCOMP_UNAVAILABLE', `cannot load seccomp profile "${file}": ${why}`, { cause })
  let fd: number
  try {
    // A FIFO would be waited for.
    fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw failed(
      code === 'ENOENT' ? `open ${file}: no such file or directory` : `open ${file}: ${(error as Error).message}`,
      error,
    )
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw failed('it is no file')
    if (stat.size > MOST_BYTES) throw failed(`it has ${stat.size} bytes, and may have ${MOST_BYTES}`)
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}
