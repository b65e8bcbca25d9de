import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import type { HostPathVolumeSource } from '#api/core/pod/volume/volume.ts'
import { withContainerUmask } from '#runtime/container-umask.ts'
import { KubeletError } from '../kubelet-error.ts'
import type { NodeSecurity } from '../node/node-security.ts'

/**
 * A path of the machine that a pod is to see, made where its type says so. Every such path goes through here, whether a
 * pod names it or a volume that a claim has; what is kept in folders of our own does not. `at`: `volume "data"`; `machinePath`: where a path of the node lies. Throws
 * VOLUME_INVALID.
 */
export const openHostPath = (
  at: string,
  source: HostPathVolumeSource,
  { machinePath }: Pick<NodeSecurity, 'machinePath'>,
): string => withContainerUmask(() => checkedPath(at, source, machinePath))

const checkedPath = (
  at: string,
  { path: named, type = '' }: HostPathVolumeSource,
  machinePath: NodeSecurity['machinePath'],
): string => {
  const fail = (what: string): never => {
    throw new KubeletError('VOLUME_INVALID', `${at}: hostPath type check failed: ${named} is not a ${what}`)
  }
  // Which folder it would be relative to is nobody's promise.
  if (!named.startsWith('/')) throw new KubeletError('VOLUME_INVALID', `${at}: hostPath ${named} is not absolute`)
  const path = machinePath(named)
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
