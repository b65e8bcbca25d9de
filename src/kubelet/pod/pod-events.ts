import type { ContainerEntry } from '../container/container-entry.ts'
import type { KubeletContext } from '../context.ts'
import { hasProcesses } from '../handler/pod-handler.ts'
import { ephemeralWithoutProcess, withoutProcesses } from '../handler/without-processes.ts'
import { hostAccess, hostAccessOf } from '../host-access.ts'
import { fullPodName } from '../status/pod-publisher.ts'
import { type Unsupported, unsupported, unsupportedOf } from '../unsupported.ts'
import type { PodEntry } from './pod-entry.ts'

const IMAGE_ERROR_SHOWN_MS = 1000

/**
 * Says that a container waits for its back-off. `shown` is called where the entry's reason has changed after this
 * returned.
 */
export const tellBackOff = (
  { clock, record }: Pick<KubeletContext, 'clock' | 'record'>,
  pod: PodEntry,
  entry: ContainerEntry,
  shown: () => void,
): void => {
  const { name, image } = entry.container
  if (entry.hold?.reason === 'ErrImagePull') {
    // Kubernetes shows the error once, then that it waits.
    clock.after(IMAGE_ERROR_SHOWN_MS, () => {
      if (entry.hold?.reason !== 'ErrImagePull') return
      const message = `Back-off pulling image "${image}": ${entry.hold.message}`
      entry.hold = { phase: 'waiting', reason: 'ImagePullBackOff', message }
      record(pod.pod, 'Normal', 'BackOff', `Back-off pulling image "${image}"`, name)
      record(pod.pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', name)
      shown()
    })
  } else if (entry.hold === undefined) {
    const message = `Back-off restarting failed container ${name} in pod ${fullPodName(pod.pod)}`
    record(pod.pod, 'Warning', 'BackOff', message, name)
  }
}

/**
 * Finds what of the pod cannot be done here. With `aloud`, an Event names each finding whose field is not in `told`;
 * all are told afterwards.
 */
export const tellUnsupported = (
  { record, hostAccess: mayAll }: Pick<KubeletContext, 'record' | 'hostAccess'>,
  { pod, handler }: PodEntry,
  told: Set<string>,
  aloud: boolean,
): readonly Unsupported[] => {
  const needy = hasProcesses(handler) ? [] : withoutProcesses(pod)
  const findings = [...unsupported(pod), ...(mayAll ? [] : hostAccess(pod)), ...needy]
  for (const { field, reason } of findings) {
    if (aloud && !told.has(field)) record(pod, 'Warning', 'Unsupported', `${field}: ${reason}`)
    told.add(field)
  }
  return findings
}

const heldFor = (refused: readonly Unsupported[]): ContainerEntry['hold'] => ({
  phase: 'waiting',
  reason: 'Unsupported',
  message: refused.map(({ field, reason }) => `${field}: ${reason}`).join('; '),
})

/** A pod that asks for what cannot be done here never starts, and each of its containers says why. True: so it is. */
export const holdRefused = (...[context, pod, told, aloud]: Parameters<typeof tellUnsupported>): boolean => {
  const refused = tellUnsupported(context, pod, told, aloud).filter((finding) => finding.refused)
  if (refused.length === 0) return false
  for (const entry of pod.containers.values()) entry.hold = heldFor(refused)
  return true
}

/** The same of one whose RuntimeClass was not known before it came to start. */
export const holdRefusedLate: typeof holdRefused = (context, pod, told, aloud) =>
  Boolean(pod.pod.spec?.runtimeClassName) && holdRefused(context, pod, told, aloud)

/** A container that was added and asks for what cannot be done here never starts, and says why. True: so it is. */
export const holdUnsupported = (
  { hostAccess: mayAll }: Pick<KubeletContext, 'hostAccess'>,
  { pod: { spec }, handler }: PodEntry,
  entry: ContainerEntry,
): boolean => {
  const { container } = entry
  const at = `spec.ephemeralContainers[${container.name}]`
  const asked = mayAll ? [] : hostAccessOf(at, container, spec?.hostUsers === false)
  const needy = hasProcesses(handler) ? [] : [ephemeralWithoutProcess(container.name)]
  const refused = [...unsupportedOf(at, container).filter((finding) => finding.refused), ...asked, ...needy]
  if (refused.length === 0) return false
  entry.hold = heldFor(refused)
  entry.notBefore = Number.POSITIVE_INFINITY
  return true
}
