import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { keyOf } from '#objects/object-key.ts'
import { holdImage } from '#runtime/images/image-hold.ts'
import type { ImageFiles } from '#runtime/runtime.ts'
import type { KubeletContext } from '../context.ts'
import { ensureImage } from '../images/ensure-image.ts'
import { KubeletError } from '../kubelet-error.ts'

/**
 * Shows the files of a volume's image at `path`, read-only, once the image is on the machine, by its pull policy. Rejects with
 * KubeletError VOLUME_INVALID, which says why the image is not to be had; once `signal` aborts, nothing is made.
 */
export const mountImageVolume = async (
  context: KubeletContext,
  pod: Pod,
  { name, image }: Volume,
  { path, podDir, signal }: { readonly path: string; readonly podDir: string; readonly signal: AbortSignal },
): Promise<void> => {
  mkdirSync(path, { recursive: true })
  // Adopted: it is mounted already, unless the machine was restarted meanwhile.
  if (statSync(path).dev !== statSync(dirname(path)).dev) return
  const { reference = '', pullPolicy } = image ?? {}
  const wanted = { name, image: reference, imagePullPolicy: pullPolicy }
  const found = await ensureImage(context, pod, wanted, signal)
  if (found.outcome !== 'ready') {
    const why = found.outcome === 'held' ? `${found.reason}: ${found.message}` : 'nobody waits for it'
    throw new KubeletError('VOLUME_INVALID', `volume "${name}": ${why}`)
  }
  context.mounter.overlay(path, (await held(context, pod, { name, reference, podDir, signal })).folders)
}

interface Holding {
  readonly name: string
  readonly reference: string
  readonly podDir: string
  readonly signal: AbortSignal
}

/**
 * An image's files, which nobody takes away any more: whoever does takes its name first and then looks who holds it, and here
 * it is held first and then looked for.
 */
const held = async (
  { runtime }: KubeletContext,
  pod: Pod,
  { name, reference, podDir, signal }: Holding,
): Promise<ImageFiles> => {
  for (let found = await runtime.imageFiles(reference); ; ) {
    if (found.contentId === undefined) return found
    // What goes with the pod has gone by then.
    signal.throwIfAborted()
    holdImage(podDir, name, { imageId: found.contentId, image: reference, pod: keyOf(pod) })
    const again = await runtime.imageFiles(reference)
    signal.throwIfAborted()
    if (again.contentId === found.contentId) return again
    found = again
  }
}
