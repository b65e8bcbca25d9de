import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import type { KubeletContext } from '../context.ts'
import { ensureImage } from '../images/ensure-image.ts'
import { KubeletError } from '../kubelet-error.ts'

/**
 * Shows the files of a volume's image at `path`, read-only, once the image is on the machine, by its pull policy. Rejects with
 * KubeletError VOLUME_INVALID, which says why the image is not to be had.
 */
export const mountImageVolume = async (
  context: KubeletContext,
  pod: Pod,
  { name, image }: Volume,
  path: string,
): Promise<void> => {
  mkdirSync(path, { recursive: true })
  // Adopted: it is mounted already, unless the machine was restarted meanwhile.
  if (statSync(path).dev !== statSync(dirname(path)).dev) return
  const { reference = '', pullPolicy } = image ?? {}
  const wanted = { name, image: reference, imagePullPolicy: pullPolicy }
  const found = await ensureImage(context, pod, wanted, new AbortController().signal)
  if (found.outcome !== 'ready') {
    const why = found.outcome === 'held' ? `${found.reason}: ${found.message}` : 'nobody waits for it'
    throw new KubeletError('VOLUME_INVALID', `volume "${name}": ${why}`)
  }
  context.mounter.overlay(path, await context.runtime.imageFolders(reference))
}
