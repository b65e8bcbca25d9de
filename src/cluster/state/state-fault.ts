import { ClusterError } from '../cluster-error.ts'

/** What the system says of a folder that cannot be used, and the way out. */
const FAULTS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, or name a folder on another disk: FAIRLEAD_STATE=FOLDER'],
  EDQUOT: ['the disk quota is used up', 'free some space, or name a folder on another disk: FAIRLEAD_STATE=FOLDER'],
  EROFS: ['the disk is read-only', 'mount it read-write, or name another folder: FAIRLEAD_STATE=FOLDER'],
  EACCES: ['permission is denied', 'name a folder that root may write to: FAIRLEAD_STATE=FOLDER'],
  EPERM: ['permission is denied', 'name a folder that root may write to: FAIRLEAD_STATE=FOLDER'],
  ENOENT: ['no folder can be made there', 'name another folder: FAIRLEAD_STATE=FOLDER'],
  ENOTDIR: ['a part of the path is no folder', 'name another folder: FAIRLEAD_STATE=FOLDER'],
  EEXIST: ['a part of the path is no folder', 'name another folder: FAIRLEAD_STATE=FOLDER'],
  ENAMETOOLONG: ['the path is too long', 'name a shorter one: FAIRLEAD_STATE=FOLDER'],
  EISDIR: ['it is a folder', 'name another folder: FAIRLEAD_STATE=FOLDER'],
  EIO: ['the disk has a fault', 'see the kernel’s log: dmesg'],
  EMFILE: ['too many files are open', 'raise the limit: ulimit -n 65536'],
  ENFILE: ['too many files are open on this machine', 'raise the limit: sysctl fs.file-max'],
}

const faultOf = (error: unknown): readonly [what: string, hint: string] | undefined => {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === undefined || code === undefined ? undefined : FAULTS[code]
}

/** What an error of the system says of a file that is to be read, in words; undefined where it is another error. */
export const readFaultWords = (error: unknown): string | undefined => {
  const fault = faultOf(error)
  const { code } = error as NodeJS.ErrnoException
  return fault && `${code === 'ENOENT' ? 'there is no such file' : fault[0]} (${code})`
}

/** The same of one that is to be written. */
export const faultWords = (error: unknown): string | undefined => {
  const fault = faultOf(error)
  return fault && `${fault[0]} (${(error as NodeJS.ErrnoException).code})`
}

/**
 * An error of the system about a file, as one that says which file and what to do: ClusterError STATE_UNUSABLE. The
 * system names no path where a file was open already; then it is something below `folder`. Any other error as it is.
 */
export const stateFault = (error: unknown, folder: string): unknown => {
  const words = faultWords(error)
  if (words === undefined) return error
  const { code, path } = error as NodeJS.ErrnoException
  const [, hint] = FAULTS[code!]!
  return new ClusterError('STATE_UNUSABLE', `${path ?? folder}: ${words}`, { hint, cause: error })
}
