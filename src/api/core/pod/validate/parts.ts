import type { Pod } from '#api/core/pod/message.ts'
import { podQosClass } from '#api/core/pod/qos.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { type FieldError, forbidden, invalid } from '#api/validation/field-error.ts'
import { validateMetadataUpdate } from '#api/validation/metadata.ts'
import { isMirror, validateAnnotationsUpdate } from './annotations.ts'
import { changedPaths } from './changed-paths.ts'
import { validateWholePod } from './pod.ts'

/** Checks what is added to a pod to look for faults: containers come, and stay as they are. */
export const validateEphemeralContainersUpdate = (pod: Pod, old: Pod): readonly FieldError[] => {
  if (isMirror(old)) return [forbidden('', 'static pods do not support ephemeral containers')]
  const path = 'spec.ephemeralContainers'
  const now = new Map((pod.spec?.ephemeralContainers ?? []).map((container) => [container.name, container]))
  return [
    ...validateMetadataUpdate(pod.metadata, old.metadata),
    ...validateWholePod(pod),
    ...validateAnnotationsUpdate(pod, old, 'metadata.annotations'),
    ...(old.spec?.ephemeralContainers ?? []).flatMap((container) => {
      const { name } = container
      const next = now.get(name)
      const shown = `existing ephemeral containers ${JSON.stringify(name)} may not be`
      if (next === undefined) return [forbidden(path, `${shown} removed\n`)]
      const changed = changedPaths(next, container, name)
      return changed.length === 0 ? [] : [forbidden(path, `${shown} changed\nchanged: ${changed.join(', ')}`)]
    }),
  ]
}

/** Checks what the containers of a pod that is there are to have from now on. */
export const validateResize = (pod: Pod, old: Pod): readonly FieldError[] => {
  if (isMirror(old)) return [forbidden('', 'static pods cannot be resized')]
  if (old.spec?.os?.name === 'windows') return [forbidden('', 'windows pods cannot be resized')]
  const [spec, before] = [pod.spec ?? {}, old.spec ?? {}]
  const errors: FieldError[] = [...validateMetadataUpdate(pod.metadata, old.metadata), ...validateWholePod(pod)]
  const moved = checkOrder(spec, before)
  if (moved.length > 0) return [...errors, ...moved]
  if ((old.status?.qosClass || podQosClass(before)) !== podQosClass(spec))
    errors.push(invalid('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'))
  const running = (old.status?.containerStatuses ?? []).find(({ state }) => state?.running !== undefined)
  if (running !== undefined && running.resources === undefined)
    errors.push(forbidden('spec', 'Pod running on node without support for resize'))
  errors.push(...checkRemovals(spec, before), ...checkOthers(spec, before))
  return errors
}

/** The same containers, by name and in their order. */
const checkOrder = (spec: PodSpec, before: PodSpec): readonly FieldError[] =>
  (['containers', 'initContainers'] as const).flatMap((list) => {
    const [now, old] = [spec[list] ?? [], before[list] ?? []]
    if (now.length !== old.length) return [forbidden(`spec.${list}`, `${list} may not be added or removed on resize`)]
    return old.flatMap(({ name }, index) =>
      now[index]!.name === name
        ? []
        : [forbidden(`spec.${list}[${index}].name`, `${list} may not be renamed or reordered on resize`)],
    )
  })

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always'

/** Amounts change, and do not go. */
const checkRemovals = (spec: PodSpec, before: PodSpec): readonly FieldError[] =>
  (['initContainers', 'containers'] as const).flatMap((list) =>
    (before[list] ?? []).flatMap((container, index) => {
      if (list === 'initContainers' && !isSidecar(container)) return []
      const now = spec[list]?.[index]?.resources
      return (['requests', 'limits'] as const).flatMap((part) =>
        Object.keys(container.resources?.[part] ?? {}).some((name) => now?.[part]?.[name] === undefined)
          ? [forbidden(`spec.${list}[${index}].resources.${part}`, `resource ${part} cannot be removed`)]
          : [],
      )
    }),
  )

/** The same container, with the processor and the memory of the stored one. */
const unresized = (container: Container, { resources }: Container): Container => {
  const kept = (part: 'limits' | 'requests') => {
    const { cpu: _, memory: __, ...others } = container.resources?.[part] ?? {}
    const { cpu, memory } = resources?.[part] ?? {}
    return { ...others, ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) }
  }
  const back: ResourceRequirements = { ...container.resources, limits: kept('limits'), requests: kept('requests') }
  return { ...container, resources: back } as Container
}

/** Nothing but processor and memory changes, of containers that run on. */
const checkOthers = (spec: PodSpec, before: PodSpec): readonly FieldError[] => {
  const changes = (now: Container, old: Container): boolean => changedPaths(now, old, '').length > 0
  const plain = (spec.containers ?? []).flatMap((container, index) => {
    const old = before.containers![index]!
    return changes(unresized(container, old), old) ? ['only cpu and memory resources are mutable'] : []
  })
  const first = (spec.initContainers ?? []).flatMap((container, index) => {
    const old = before.initContainers![index]!
    if (!isSidecar(container))
      return changes(container, old) ? ['resources for non-sidecar init containers are immutable'] : []
    return changes(unresized(container, old), old)
      ? ['only cpu and memory resources for sidecar containers are mutable']
      : []
  })
  return [...plain, ...first].map((why) => forbidden('spec', why))
}
