import { execFile } from 'node:child_process'
import type { ContainerLimits, LimitedResource } from '../runtime.ts'
import { RuntimeError } from '../runtime-error.ts'
import { ociResources } from './bundle/oci-spec.ts'
import { runcMessage } from './programs/conmon.ts'

interface UpdateTarget {
  readonly runc: string
  readonly runcRoot: string
  readonly id: string
  /** What cannot be limited. */
  readonly unlimited: readonly LimitedResource[]
}

/** Gives a container that runs other limits, by `runc update`. Rejects with CONTAINER_LIMITS_REFUSED. */
export const updateLimits = ({ runc, runcRoot, id, unlimited }: UpdateTarget, limits: ContainerLimits): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = execFile(runc, ['--root', runcRoot, 'update', '--resources', '-', id], (error, _, stderr) => {
      if (error === null) resolve()
      else
        reject(
          new RuntimeError('CONTAINER_LIMITS_REFUSED', `container '${id}': ${runcMessage(stderr) || error.message}`, {
            cause: error,
          }),
        )
    })
    // Where runc cannot be started, there is nobody to read.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(JSON.stringify(ociResources(limits, unlimited)))
  })
