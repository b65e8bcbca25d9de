import { execFile } from 'node:child_process'
import { KubeletError } from '../kubelet-error.ts'

/** The two mounts that the kubelet makes itself: emptyDir with medium Memory. */
export interface Mounter {
  tmpfs(path: string, sizeBytes: number | undefined): Promise<void>
  /** No error where nothing is mounted there. */
  unmount(path: string): Promise<void>
}

const run = (program: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    execFile(program, args, (error, _stdout, stderr) => {
      if (error)
        reject(new KubeletError('MOUNT_FAILED', `${program} ${args.join(' ')}: ${stderr.trim()}`, { cause: error }))
      else resolve()
    })
  })

/**
 * By the programs mount(8) and umount(8): a fork of two milliseconds, paid by pods that ask for memory volumes only.
 */
export const commandMounter: Mounter = {
  tmpfs: (path, sizeBytes) =>
    run('mount', [
      '-t',
      'tmpfs',
      '-o',
      `mode=0777${sizeBytes === undefined ? '' : `,size=${sizeBytes}`}`,
      'fairlead-emptydir',
      path,
    ]),
  unmount: (path) =>
    run('umount', ['-l', path]).catch((error) => {
      if (!/not mounted|no mount point/.test(String(error.message))) throw error
    }),
}
