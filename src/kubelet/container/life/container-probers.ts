import type { Pod } from '#api/core/pod/message.ts'
import type { Probe } from '#api/core/pod/spec/probe.ts'
import type { KubeletContext } from '../../context.ts'
import { runProbe } from '../../probe/probe.ts'
import { type ProbeKind, Prober } from '../../probe/prober.ts'
import type { ContainerEntry } from '../container-entry.ts'

const TITLE: Readonly<Record<ProbeKind, string>> = { liveness: 'Liveness', readiness: 'Readiness', startup: 'Startup' }

interface ProbeListener {
  /** `started` or `ready` of the entry has changed. */
  readonly changed: () => void
  /** Liveness or startup has failed for good: the container is to be stopped. */
  readonly failed: (message: string, graceSeconds: number | undefined) => void
}

/**
 * Starts the probers of a running container, and sets the entry's `started` and `ready` as they tell. Liveness and
 * readiness wait for startup. An adopted container keeps the readiness that it had, so that a restart of ours takes no
 * endpoint away.
 */
export const startProbers = (
  context: KubeletContext,
  pod: Pod,
  entry: ContainerEntry,
  podIP: string,
  listener: ProbeListener,
): void => {
  const { container } = entry
  const id = entry.id ?? ''
  const tell = (message: string): void => context.record(pod, 'Warning', 'Unhealthy', message, container.name)
  const make = (
    kind: ProbeKind,
    probe: Probe,
    passing: boolean | undefined,
    onChange: (passing: boolean) => void,
  ): void => {
    const prober = new Prober({
      kind,
      probe,
      clock: context.clock,
      ...(passing !== undefined && { passing }),
      attempt: () => runProbe(probe, { container, id, podIP }, context),
      onFailure: (message) => tell(`${TITLE[kind]} probe failed: ${message}`),
      onUnknown: (message) => tell(`${TITLE[kind]} probe errored and resulted in unknown state: ${message}`),
      onChange: (now) => {
        onChange(now)
        if (now || kind === 'readiness') return
        listener.failed(
          `Container ${container.name} failed ${kind} probe, will be restarted`,
          probe.terminationGracePeriodSeconds,
        )
      },
    })
    entry.probers.push(prober)
    prober.start()
  }
  const afterStartup = (): void => {
    const adopted = entry.started && entry.ready
    entry.started = true
    if (container.livenessProbe) make('liveness', container.livenessProbe, undefined, () => {})
    if (container.readinessProbe) {
      make('readiness', container.readinessProbe, adopted ? true : undefined, (passing) => {
        entry.ready = passing
        listener.changed()
      })
    } else entry.ready = entry.role !== 'init'
  }
  if (container.startupProbe && !entry.started) {
    make('startup', container.startupProbe, undefined, (passing) => {
      if (!passing) return
      stopProbers(entry)
      afterStartup()
      listener.changed()
    })
  } else afterStartup()
}

/** Ends the entry's probers, but for the kind to `keep`. */
export const stopProbers = (entry: ContainerEntry, keep?: ProbeKind): void => {
  for (const prober of entry.probers) if (prober.kind !== keep) prober.stop()
  entry.probers = entry.probers.filter(({ kind }) => kind === keep)
}
