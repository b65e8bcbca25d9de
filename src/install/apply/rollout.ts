import type { ApiObject } from '#api/resource.ts'
import type { Applier, Manifest } from '#client/apply/applier.ts'
import { objectKey } from '#objects/object-key.ts'
import { InstallError } from '../install-error.ts'

/** `DaemonSet fairlead-system/fairlead-node`. */
const nameOf = ({ kind, metadata: { namespace = '', name } }: Manifest): string =>
  `${kind} ${namespace === '' ? name : objectKey(namespace, name)}`

/**
 * Applies all of it, in its order, and waits until it is ready. Throws InstallError INSTALL_REFUSED, INSTALL_NOT_READY: what
 * was applied before stays, and can be applied again.
 */
export const rollOut = async (
  applier: Applier,
  objects: readonly ApiObject[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> => {
  const manifests = objects as readonly ApiObject[] as readonly Manifest[]
  for (const manifest of manifests)
    await applier.apply(manifest).catch((cause: unknown) => {
      signal.throwIfAborted()
      throw new InstallError(
        'INSTALL_REFUSED',
        `${nameOf(manifest)} was not applied: ${(cause as Error).message}`,
        'what stands before it is applied; mend it, and install again; or fairlead uninstall',
        { cause },
      )
    })
  const late = await applier.wait(manifests, timeoutMs)
  if (late.length > 0)
    throw new InstallError(
      'INSTALL_NOT_READY',
      `not all of it is ready: ${late.map(({ manifest, why }) => `${nameOf(manifest)}: ${why}`).join('; ')}`,
      'fairlead status says what each node waits for; nothing of others was touched, and installing again goes on from here',
    )
}
