import { Applier, type Manifest } from '#client/apply/applier.ts'
import { senderOver } from '#client/http-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { systemClock } from '#clock/clock.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { CliError } from '../cli-error.ts'
import type { FoundManifest } from './manifests.ts'

const nameOf = ({ kind, metadata: { namespace, name } }: Manifest): string =>
  `${kind.toLowerCase()} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/**
 * Applies manifests to a cluster that is up, and waits `waitMs` at the most until they are ready, where it is given. The
 * cluster stays up, whatever comes of it. Throws CliError APPLY_FAILED, APPLY_NOT_READY.
 */
export const applyManifests = async (
  { name, sockets }: ClusterConfig,
  manifests: readonly FoundManifest[],
  { waitMs, signal }: { readonly waitMs: number | undefined; readonly signal: AbortSignal },
): Promise<void> => {
  if (manifests.length === 0) return
  const transport = unixTransport(sockets.api)
  const applier = new Applier(senderOver(transport, 'fairlead'), {
    clock: systemClock,
    signal,
    fieldManager: 'fairlead',
  })
  // The clock's own timers keep no process alive.
  const alive = setInterval(() => undefined, 60_000)
  try {
    for (const { object, at } of manifests)
      await applier.apply(object).catch((cause: unknown) => {
        signal.throwIfAborted()
        throw new CliError(
          'APPLY_FAILED',
          `cluster ${name} is up, but ${nameOf(object)} (${at}) was not applied: ${(cause as Error).message}`,
          { cause, hint: 'what stands before it is applied; mend it, then: kubectl apply --server-side -f FILE' },
        )
      })
    if (waitMs === undefined) return
    const late = await applier.wait(
      manifests.map(({ object }) => object),
      waitMs,
    )
    if (late.length > 0)
      throw new CliError(
        'APPLY_NOT_READY',
        `cluster ${name} is up, but not all that was applied is ready: ${late.map(({ manifest, why }) => `${nameOf(manifest)}: ${why}`).join('; ')}`,
        { hint: 'kubectl describe tells more of each; a longer wait: may be enough' },
      )
  } finally {
    clearInterval(alive)
    transport.close()
  }
}
