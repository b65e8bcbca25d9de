import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { objectReadiness } from '#client/apply/object-readiness.ts'
import type { Client } from '#client/client.ts'
import type { Clock } from '#clock/clock.ts'
import { keyOf } from '#objects/object-key.ts'
import { InstallError } from '../install-error.ts'
import { poll } from '../poll.ts'

interface Waiting {
  readonly client: Client
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

const until = async (
  daemonSet: DaemonSet,
  /** Undefined once it is so, else why not, in words. */
  why: (now: DaemonSet) => string | undefined,
  waiting: Waiting,
): Promise<void> => {
  const { name = '', namespace = '' } = daemonSet.metadata ?? {}
  let reason: string | undefined
  const isSo = await poll(async () => {
    reason = why(await waiting.client.get(daemonSets, name, { namespace }))
    return reason === undefined || undefined
  }, waiting)
  if (isSo === undefined)
    throw new InstallError(
      'INSTALL_NOT_READY',
      `DaemonSet ${keyOf(daemonSet)}: ${reason}`,
      `kubectl describe daemonset ${name} -n ${namespace}; the same command again goes on from here`,
    )
}

/** Waits until it runs on no node. Throws InstallError INSTALL_NOT_READY. */
export const untilNowhere = (daemonSet: DaemonSet, waiting: Waiting): Promise<void> =>
  until(
    daemonSet,
    ({ metadata, status }) => {
      if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return 'nobody has seen its change'
      const left = (status?.currentNumberScheduled ?? 0) + (status?.numberMisscheduled ?? 0)
      return left === 0 ? undefined : `it still runs on ${left} nodes`
    },
    waiting,
  )

/** Waits until it runs wherever it should. Throws InstallError INSTALL_NOT_READY. */
export const untilEverywhere = (daemonSet: DaemonSet, waiting: Waiting): Promise<void> =>
  until(
    daemonSet,
    (now) => {
      const readiness = objectReadiness({
        kind: 'DaemonSet',
        ...(now.metadata && { metadata: now.metadata }),
        ...(now.status && { status: now.status }),
      })
      return readiness.is === 'ready' ? undefined : readiness.why
    },
    waiting,
  )
