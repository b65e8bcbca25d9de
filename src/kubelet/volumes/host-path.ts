import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import type { HostPathVolumeSource } from '#api/core/pod/volume/volume.ts'
import { withContainerUmask } from '#runtime/container-umask.ts'
import { KubeletError } from '../kubelet-error.ts'

/**
 * A path of the machine that a pod is to see, made where its type says so. Every such path goes through here, whether a
 * pod names it or a volume that a claim has; what is kept in folders of our own does not. `at`: `volume "data"`. Throws
 * VOLUME_INVALID.
 */
export const openHostPath = (at: string, source: HostPathVolumeSource): string =>
  withContainerUmask(() => checkedPath(at, source))

const checkedPath = (at: string, { path, type = '' }: HostPathVolumeSource): string => {
  const fail = (what: string): never => {
    throw new KubeletError('VOLUME_INVALID', `${at}: hostPath type check failed: ${path} is not a ${what}`)
  }
  // Which folder it would be relative to is nobody's promise.
  if (!path.startsWith('/')) throw new KubeletError('VOLUME_INVALID', `${at}: hostPath ${path} is not absolute`)
  const stat = statSync(path, { throwIfNoEntry: false })
  switch (type) {
    case 'DirectoryOrCreate':
      if (stat === undefined) mkdirSync(path, { recursive: true, mode: 0o755 })
      else if (!stat.isDirectory()) fail('directory')
      break
    case 'Directory':
      if (!stat?.isDirectory()) fail('directory')
      break
    case 'FileOrCreate':
      if (stat === undefined) writeFileSync(path, '', { mode: 0o644 })
      else if (!stat.isFile()) fail('file')
      break
    case 'File':
      if (!stat?.isFile()) fail('file')
      break
    case 'Socket':
      if (!stat?.isSocket()) fail('socket file')
      break
    case 'CharDevice':
      if (!stat?.isCharacterDevice()) fail('character device')
      break
    case 'BlockDevice':
      if (!stat?.isBlockDevice()) fail('block device')
      break
    default:
      if (stat === undefined) mkdirSync(path, { recursive: true, mode: 0o755 })
  }
  return path
}
