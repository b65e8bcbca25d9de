import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import { daemonSets } from '#api/apps/daemonset/resource.ts'
import { objectReadiness } from '#client/apply/object-readiness.ts'
import type { Client } from '#client/client.ts'
import { type Clock, sleep } from '#clock/clock.ts'
import { keyOf } from '#objects/object-key.ts'
import { InstallError } from '../install-error.ts'

const LOOK_MS = 250

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
  { client, clock, signal, timeoutMs }: Waiting,
): Promise<void> => {
  const end = clock.now() + timeoutMs
  const { name = '', namespace = '' } = daemonSet.metadata ?? {}
  for (;;) {
    const reason = why(await client.get(daemonSets, name, { namespace }))
    if (reason === undefined) return
    if (clock.now() >= end)
      throw new InstallError(
        'INSTALL_NOT_READY',
        `DaemonSet ${keyOf(daemonSet)}: ${reason}`,
        `kubectl describe daemonset ${name} -n ${namespace}; the same command again goes on from here`,
      )
    await sleep(clock, LOOK_MS, signal)
    signal.throwIfAborted()
  }
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
