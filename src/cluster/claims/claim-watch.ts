import { ClusterError } from '../cluster-error.ts'
import { readClaim } from './claim.ts'

/** How often a claim is looked at, milliseconds. */
const LOOK_MS = 50

/** Whether the name is still ours to make a cluster of. */
interface ClaimWatch extends Disposable {
  /** Aborted where it is not any more; its reason is ClusterError TAKEN_DOWN. */
  readonly signal: AbortSignal
  /** Looks at once: throws the signal's reason. */
  check(): void
}

/**
 * Watches the claim of the cluster that we start: `down` marks it before it waits for us to let go of the name, and
 * somebody may have deleted it.
 */
export const watchClaim = (name: string, token: string): ClaimWatch => {
  const controller = new AbortController()
  const look = (): void => {
    const claim = readClaim(name)
    if (claim?.token === token && claim.stopping === undefined) return
    controller.abort(
      new ClusterError('TAKEN_DOWN', `cluster ${name} was taken down while it started`, {
        hint: `start it again: fairlead up ${name}`,
      }),
    )
  }
  const timer = setInterval(look, LOOK_MS)
  return {
    signal: controller.signal,
    check: () => {
      look()
      controller.signal.throwIfAborted()
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
