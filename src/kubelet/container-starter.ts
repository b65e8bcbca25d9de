import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Pod } from '#api/core-v1.ts'
import type { ContainerSpec } from '#runtime/runtime.ts'
import { nextBackoff } from './backoff.ts'
import type { ContainerEntry } from './container-entry.ts'
import { containerEnv } from './container-env.ts'
import { containerId, writeLabels } from './container-id.ts'
import type { KubeletContext } from './context.ts'
import { expandVariables } from './expand.ts'
import type { NodeFacts } from './field-ref.ts'
import { errorCode, errorText } from './kubelet-error.ts'
import { runHook } from './lifecycle-hook.ts'
import type { Attachment } from './pod-network.ts'
import type { PodVolumes } from './pod-volumes.ts'
import { parseQuantity } from './quantity.ts'
import { securityFields } from './security.ts'
import { serviceEnv } from './service-env.ts'
import { timeText } from './time-text.ts'

/** Where a container is started: its pod, made ready. */
export interface StartPlace {
  readonly pod: Pod
  readonly podDir: string
  readonly logDir: string
  readonly sandbox: Attachment
  readonly volumes: PodVolumes
  readonly facts: NodeFacts
  readonly hostname: string
  readonly signal: AbortSignal
  /** Told as soon as the id is known, so that its exit finds its way. */
  readonly own: (id: string, entry: ContainerEntry) => void
}

export const logPath = (logDir: string, container: string, attempt: number): string =>
  join(logDir, container, `${attempt}.log`)

export const messagePath = (podDir: string, container: string, attempt: number): string =>
  join(podDir, 'containers', container, String(attempt))

const CONFIG_RETRY_MS = 2000

/** cgroup numbers: 1024 shares a core at least 2, and a quota per 100 ms. */
const limits = (entry: ContainerEntry): ContainerSpec['resources'] => {
  const { requests, limits: most } = entry.container.resources ?? {}
  const cpuRequest = requests?.cpu ?? most?.cpu
  return {
    cpuShares: cpuRequest === undefined ? 2 : Math.max(2, Math.floor(parseQuantity(cpuRequest) * 1024)),
    ...(most?.cpu !== undefined && { cpuQuotaMicros: Math.max(1000, Math.round(parseQuantity(most.cpu) * 100_000)) }),
    ...(most?.memory !== undefined && { memoryLimitBytes: Math.floor(parseQuantity(most.memory)) }),
  }
}

const containerSpec = async (
  context: KubeletContext,
  place: StartPlace,
  entry: ContainerEntry,
  id: string,
): Promise<ContainerSpec> => {
  const { pod, podDir, sandbox, volumes, facts } = place
  const { container } = entry
  const namespace = pod.metadata?.namespace ?? ''
  const env = await containerEnv(
    pod,
    container,
    serviceEnv(
      [
        ...context.services.lister.list(namespace),
        ...(namespace === 'default' ? [] : context.services.lister.list('default')),
      ],
      namespace,
      pod.spec?.enableServiceLinks !== false,
    ),
    facts,
    {
      configMap: (name) => context.configMaps.get(namespace, name),
      secret: (name) => context.secrets.get(namespace, name),
    },
  )
  const expand = (texts: readonly string[] | undefined) =>
    texts?.map((text) => expandVariables(text, (name) => env.get(name)))
  const message = messagePath(podDir, container.name, entry.attempt)
  const log = logPath(place.logDir, container.name, entry.attempt)
  mkdirSync(dirname(message), { recursive: true })
  mkdirSync(dirname(log), { recursive: true })
  writeFileSync(message, '')
  // Past the umask: the container's user may be anybody.
  chmodSync(message, 0o666)
  const mounted = (container.volumeMounts ?? []).map((mount) => volumes.mountOf(mount, env))
  const taken = new Set(mounted.map(({ destination }) => destination.replace(/\/+$/, '')))
  const own = [
    { source: join(podDir, 'hosts'), destination: '/etc/hosts', readOnly: false },
    { source: join(podDir, 'hostname'), destination: '/etc/hostname', readOnly: true },
    { source: join(podDir, 'resolv.conf'), destination: '/etc/resolv.conf', readOnly: false },
    { source: message, destination: container.terminationMessagePath || '/dev/termination-log', readOnly: false },
  ].filter(({ destination }) => !taken.has(destination))
  const command = expand(container.command)
  const args = expand(container.args)
  return {
    id,
    image: container.image ?? '',
    ...(command !== undefined && command.length > 0 && { command }),
    ...(args !== undefined && args.length > 0 && { args }),
    env: [
      // What containerd and CRI-O set as well.
      { name: 'HOSTNAME', value: place.hostname },
      ...[...env].map(([name, value]) => ({ name, value })),
    ],
    ...(container.workingDir && { workingDir: container.workingDir }),
    mounts: [...own, ...mounted],
    namespaces: sandbox.namespaces,
    cgroup: `${context.node.name}/${pod.metadata?.uid}/${container.name}`,
    logPath: log,
    tty: container.tty === true,
    stdin: container.stdin === true,
    ...(container.stdinOnce && { stdinOnce: true }),
    ...securityFields(pod.spec ?? { containers: [] }, container),
    resources: limits(entry),
    annotations: writeLabels({
      node: context.node.name,
      uid: pod.metadata?.uid ?? '',
      namespace,
      pod: pod.metadata?.name ?? '',
      container: container.name,
      attempt: entry.attempt,
      hash: entry.hash,
    }),
  }
}

/** Waits with a reason, and not before `delay` from now. */
const hold = (context: KubeletContext, entry: ContainerEntry, reason: string, message: string, delay: number): void => {
  // An exit stays the phase: it is what the next attempt counts from. The status shows the hold.
  entry.hold = { phase: 'waiting', reason, message }
  entry.notBefore = context.clock.now() + delay
}

const imageFailed = (context: KubeletContext, pod: Pod, entry: ContainerEntry, error: unknown): void => {
  const image = entry.container.image ?? ''
  const { name } = entry.container
  if (errorCode(error) === 'IMAGE_INVALID') {
    const text = `Failed to apply default image tag "${image}": ${errorText(error)}`
    context.record(pod, 'Warning', 'InspectFailed', text, name)
    context.record(pod, 'Warning', 'Failed', 'Error: InvalidImageName', name)
    hold(context, entry, 'InvalidImageName', text, 300_000)
    return
  }
  const text = `Failed to pull image "${image}": ${errorText(error)}`
  entry.imageBackoff = nextBackoff(entry.imageBackoff, context.clock.now())
  context.record(pod, 'Warning', 'Failed', text, name)
  context.record(pod, 'Warning', 'Failed', 'Error: ErrImagePull', name)
  hold(context, entry, 'ErrImagePull', text, entry.imageBackoff.delay)
}

/**
 * Starts the next attempt of a container: image, configuration, create, start, postStart. Never rejects: what went wrong is the
 * entry's phase and an Event. The caller has set `busy`, and takes it away.
 */
export const startContainer = async (
  context: KubeletContext,
  place: StartPlace,
  entry: ContainerEntry,
): Promise<void> => {
  const { pod } = place
  const { container } = entry
  const { runtime, record, clock } = context
  const event = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    record(pod, type, reason, message, container.name)
  const before = entry.phase.phase === 'exited' ? entry.phase : undefined
  try {
    entry.imageID = (await runtime.ensureImage(container.image ?? '')).id
  } catch (error) {
    return imageFailed(context, pod, entry, error)
  }
  if (place.signal.aborted) return
  event('Normal', 'Pulled', `Container image "${container.image}" already present on machine`)
  const previous = entry.id
  if (before !== undefined) {
    entry.last = before
    entry.attempt++
    entry.backoff = nextBackoff(entry.backoff, Date.parse(before.finishedAt))
  }
  const id = containerId(pod, container, entry.attempt)
  let step = 'CreateContainerConfigError'
  const undo = () => {
    // Nothing of this attempt has run: the next try is the same attempt.
    if (before === undefined) return
    entry.attempt--
  }
  try {
    const spec = await containerSpec(context, place, entry, id)
    step = 'CreateContainerError'
    // One cgroup a container name: the one before has to leave it first. Its log stays.
    if (previous !== undefined && previous !== id) await runtime.remove(previous)
    if (place.signal.aborted) return undo()
    place.own(id, entry)
    entry.id = id
    await runtime.create(spec)
    event('Normal', 'Created', 'Container created')
    step = 'RunContainerError'
    entry.phase = { phase: 'waiting', reason: 'ContainerCreating' }
    await runtime.start(id)
  } catch (error) {
    event('Warning', 'Failed', `Error: ${errorText(error)}`)
    context.log(`pod ${pod.metadata?.namespace}/${pod.metadata?.name}: container ${container.name}`, error)
    if (step !== 'RunContainerError') {
      if (step === 'CreateContainerError') await runtime.remove(id).catch(() => {})
      entry.id = previous
      undo()
      return hold(context, entry, step, errorText(error), CONFIG_RETRY_MS)
    }
    await runtime.remove(id).catch(() => {})
    // A program that cannot be started has ended as far as restarts and their back-off are concerned.
    const now = timeText(clock.now())
    entry.phase = {
      phase: 'exited',
      exitCode: 128,
      reason: 'StartError',
      message: errorText(error),
      startedAt: '1970-01-01T00:00:00Z',
      finishedAt: now,
      containerID: `runc://${id}`,
    }
    return
  }
  entry.imageBackoff = undefined
  entry.notBefore = undefined
  entry.hold = undefined
  // It may have exited already, and its exit been told.
  if ((entry.phase.phase as string) !== 'exited') entry.phase = { phase: 'running', startedAt: timeText(clock.now()) }
  event('Normal', 'Started', 'Container started')
  const hook = container.lifecycle?.postStart
  if (hook === undefined) return
  try {
    await runHook(hook, container, id, place.sandbox.addresses[0] ?? '', context, place.signal)
  } catch (error) {
    if (place.signal.aborted) return
    event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${errorText(error)}`)
    event('Normal', 'Killing', 'FailedPostStartHook')
    await runtime.stop(id, pod.spec?.terminationGracePeriodSeconds ?? 30)
  }
}

/** Frees what a container attempt left on disk, but for the newest two logs. */
export const pruneLogs = (logDir: string, container: string, attempt: number): void => {
  if (attempt >= 2) rmSync(logPath(logDir, container, attempt - 2), { force: true })
}
