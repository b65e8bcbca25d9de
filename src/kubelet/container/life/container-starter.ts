import type { Container } from '#api/core/pod/spec/container.ts'
import { timeText } from '#api/time-text.ts'
import type { RuntimeImage } from '#runtime/runtime.ts'
import type { KubeletContext } from '../../context.ts'
import { hasProcesses } from '../../handler/pod-handler.ts'
import { ensureImage, type ImageOutcome } from '../../images/ensure-image.ts'
import { errorText, execFailure, runFailure } from '../../kubelet-error.ts'
import type { ContainerEntry } from '../container-entry.ts'
import { containerId } from '../container-id.ts'
import { nextBackoff } from '../plan/backoff.ts'
import { containerSpec, type StartPlace } from '../spec/container-spec.ts'
import { unenforcedLimits } from '../spec/unlimited.ts'
import { stopContainer } from './container-stopper.ts'
import { runHook } from './lifecycle-hook.ts'

const CONFIG_RETRY_MS = 2000
/** After how long what is no failure of a registry is looked at again. */
const RETRY_MS = { InvalidImageName: 300_000, ErrImageNeverPull: 10_000 } as const

/** Waits with a reason, and not before `delay` from now. */
const hold = (context: KubeletContext, entry: ContainerEntry, reason: string, message: string, delay: number): void => {
  // An exit stays the phase: it is what the next attempt counts from. The status shows the hold.
  entry.hold = { phase: 'waiting', reason, message }
  entry.notBefore = context.clock.now() + delay
}

/** It waits for its image: by the back-off of failed pulls, or until the image may have been brought by other means. */
const holdForImage = (
  context: KubeletContext,
  entry: ContainerEntry,
  { reason, message }: Extract<ImageOutcome, { outcome: 'held' }>,
): void => {
  if (reason === 'ErrImagePull') entry.imageBackoff = nextBackoff(entry.imageBackoff, context.clock.now())
  hold(context, entry, reason, message, reason === 'ErrImagePull' ? entry.imageBackoff!.delay : RETRY_MS[reason])
}

/** Nothing of an image is used, or need be here, where there is no process. */
const imageFor = async (
  context: KubeletContext,
  { pod, handler, signal }: Omit<StartPlace, 'imageUser'>,
  container: Container,
): Promise<
  | Exclude<ImageOutcome, { outcome: 'ready' }>
  | { readonly outcome: 'ready'; readonly image: Pick<RuntimeImage, 'id' | 'user'> }
> =>
  hasProcesses(handler)
    ? await ensureImage(context, pod, container, signal)
    : { outcome: 'ready', image: { id: '', user: '' } }

/**
 * Starts the next attempt of a container: image, configuration, create, start, postStart. Never rejects: what went
 * wrong is the entry's phase and an Event. The caller has set `busy`, and takes it away.
 */
export const startContainer = async (
  context: KubeletContext,
  place: Omit<StartPlace, 'imageUser'>,
  entry: ContainerEntry,
): Promise<void> => {
  const { pod } = place
  const { container } = entry
  const { runtime, record, clock } = context
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    record(pod, type, reason, message, container.name)
  const before = entry.phase.phase === 'exited' ? entry.phase : undefined
  const image = await imageFor(context, place, container)
  if (place.signal.aborted || image.outcome === 'aborted') return
  if (image.outcome === 'held') {
    holdForImage(context, entry, image)
    return
  }
  entry.imageID = image.image.id
  const { id: previous, backoff } = entry
  if (before !== undefined) {
    entry.last = before
    entry.attempt++
    // Not both at once: an end that is told with the next attempt's number would be one more end.
    entry.phase = { phase: 'waiting', reason: 'ContainerCreating' }
    entry.backoff = nextBackoff(entry.backoff, Date.parse(before.finishedAt) || clock.now())
  }
  const id = containerId(pod, container, entry.attempt)
  let step = 'CreateContainerConfigError'
  const undo = () => {
    // Nothing of this attempt has run: the next try is the same attempt.
    if (before === undefined) return
    entry.attempt--
    entry.phase = before
    if (backoff === undefined) delete entry.backoff
    else entry.backoff = backoff
  }
  try {
    try {
      const spec = await containerSpec(context, { ...place, imageUser: image.image.user }, entry, id)
      step = 'CreateContainerError'
      // One cgroup a container name: the one before has to leave it first. Its log stays.
      if (previous !== undefined && previous !== id) await runtime.remove(previous)
      if (place.signal.aborted) return undo()
      place.own(id, entry)
      entry.id = id
      entry.made = await runtime.create(spec, place.signal)
    } finally {
      place.volumes.release(container.name)
    }
    event('Normal', 'Created', 'Container created')
    const unenforced = hasProcesses(place.handler) && unenforcedLimits(container.resources, runtime.unlimited)
    if (unenforced) event('Warning', 'LimitsNotEnforced', unenforced)
    step = 'RunContainerError'
    entry.phase = { phase: 'waiting', reason: 'ContainerCreating' }
    await runtime.start(id)
  } catch (error) {
    if (place.signal.aborted && step === 'CreateContainerError') {
      // Its turn had not come, or it was made for nobody.
      await runtime.remove(id).catch(() => {})
      entry.id = previous
      return undo()
    }
    // Whatever runc says against it: to Kubernetes the container was made, and its program could not be started.
    const cannotRun = runFailure(error)
    if (cannotRun !== undefined && step === 'CreateContainerError') {
      event('Normal', 'Created', 'Container created')
      step = 'RunContainerError'
    }
    const message = cannotRun ?? errorText(error)
    event('Warning', 'Failed', `Error: ${message}`)
    context.log(`pod ${pod.metadata?.namespace}/${pod.metadata?.name}: container ${container.name}`, error)
    if (step !== 'RunContainerError') {
      if (step === 'CreateContainerError') await runtime.remove(id).catch(() => {})
      entry.id = previous
      undo()
      return hold(context, entry, step, message, CONFIG_RETRY_MS)
    }
    await runtime.remove(id).catch(() => {})
    // A program that cannot be started has ended as far as restarts and their back-off are concerned.
    const now = timeText(clock.now())
    entry.hold = undefined
    entry.phase = {
      phase: 'exited',
      exitCode: 128,
      reason: 'StartError',
      message,
      startedAt: '1970-01-01T00:00:00Z',
      finishedAt: now,
      containerID: `runc://${id}`,
    }
    return
  }
  entry.given = container.resources ?? {}
  entry.imageBackoff = undefined
  entry.notBefore = undefined
  entry.hold = undefined
  // It may have exited already, and its exit been told.
  if ((entry.phase.phase as string) !== 'exited') entry.phase = { phase: 'running', startedAt: timeText(clock.now()) }
  event('Normal', 'Started', 'Container started')
  const hook = container.lifecycle?.postStart
  if (hook === undefined) return
  const podIP = place.sandbox.addresses[0] ?? ''
  const ended = new AbortController()
  entry.endHook = (why) => ended.abort(why)
  if ((entry.phase.phase as string) === 'exited') return
  try {
    await runHook(hook, { pod, container, id, podIP }, context, AbortSignal.any([place.signal, ended.signal]))
  } catch (error) {
    if (place.signal.aborted) return
    event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${execFailure(error) ?? errorText(error)}`)
    const grace = pod.spec?.terminationGracePeriodSeconds ?? 30
    await stopContainer(context, pod, entry, podIP, grace, 'FailedPostStartHook').catch((error) =>
      context.log(`container ${id}: cannot be stopped`, error),
    )
  }
}
