import type { Pod } from '#api/core/pod/message.ts'
import type { NodeSelectorTerm } from '#api/core/pod/spec/affinity.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { type FieldError, forbidden, invalid, required } from '#api/validation/field-error.ts'
import { validateMetadataUpdate } from '#api/validation/metadata.ts'
import { canonicalJson, jsonEqual } from '#schema/json-value.ts'
import { validateAnnotationsUpdate } from './annotations.ts'
import { changedPaths } from './changed-paths.ts'
import { validateImage } from './container/containers.ts'
import { validateWholePod } from './pod.ts'
import { validateTolerations } from './scheduling/tolerations.ts'

const MUTABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
const LONGEST_DEADLINE = 2_147_483_647

/**
 * Checks an update of a pod: nearly all of its spec is fixed once it exists. Binding to a node, containers to look for
 * faults and what its containers have go by parts of their own.
 */
export const validatePodUpdate = (pod: Pod, old: Pod): readonly FieldError[] => {
  const errors: FieldError[] = [
    ...validateMetadataUpdate(pod.metadata, old.metadata),
    ...validateWholePod(pod),
    ...validateAnnotationsUpdate(pod, old, 'metadata.annotations'),
  ]
  const [spec, before] = [pod.spec ?? {}, old.spec ?? {}]
  for (const list of ['containers', 'initContainers'] as const) {
    const containers = spec[list] ?? []
    const path = `spec.${list}`
    if (containers.length !== (before[list] ?? []).length)
      return [...errors, forbidden(path, 'pod updates may not add or remove containers')]
    for (const [index, container] of containers.entries()) {
      if (!container.image) errors.push(required(`${path}[${index}].image`))
      errors.push(...validateImage(container, `${path}[${index}]`))
    }
  }
  const deadline = checkDeadline(spec, before)
  errors.push(...deadline)
  if (deadline.length > 0 && spec.activeDeadlineSeconds !== undefined) return errors
  errors.push(...checkTolerations(spec, before), ...checkGates(spec, before))
  if (jsonEqual(spec, before)) return errors
  const { munged, errors: gated } = freed(spec, before)
  errors.push(...gated)
  const changed = changedPaths(munged, before, 'spec')
  // Kubernetes adds a comparison of its internal structs; the names of the fields say it shorter.
  return changed.length > 0 ? [...errors, forbidden('spec', `${MUTABLE}\nchanged: ${changed.join(', ')}`)] : errors
}

const checkDeadline = (
  { activeDeadlineSeconds: now }: PodSpec,
  { activeDeadlineSeconds: before }: PodSpec,
): readonly FieldError[] => {
  const at = 'spec.activeDeadlineSeconds'
  if (now === undefined)
    return before === undefined ? [] : [invalid(at, null, 'must not update from a positive integer to nil value')]
  if (now < 0 || now > LONGEST_DEADLINE)
    return [invalid(at, now, `must be between 0 and ${LONGEST_DEADLINE}, inclusive`)]
  return before !== undefined && before < now ? [invalid(at, now, 'must be less than or equal to previous value')] : []
}

/** Tolerations are added to, and may last longer or shorter. */
const checkTolerations = ({ tolerations = [] }: PodSpec, before: PodSpec): readonly FieldError[] => {
  const timeless = ({ tolerationSeconds: _, ...rest }: NonNullable<PodSpec['tolerations']>[number]): string =>
    canonicalJson(rest)
  const now = new Set(tolerations.map(timeless))
  if (!(before.tolerations ?? []).every((old) => now.has(timeless(old))))
    return [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')]
  return validateTolerations(tolerations, 'spec.tolerations')
}

const checkGates = ({ schedulingGates = [] }: PodSpec, before: PodSpec): readonly FieldError[] => {
  const known = new Set((before.schedulingGates ?? []).map(({ name }) => name))
  return schedulingGates.flatMap(({ name }, index) =>
    known.has(name)
      ? []
      : [
          forbidden(
            `spec.schedulingGates[${index}].name`,
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  )
}

interface Freed {
  readonly munged: PodSpec
  readonly errors: readonly FieldError[]
}

/** A spec with what may change taken from the stored one. */
const freed = (spec: PodSpec, before: PodSpec): Freed => {
  const images = (list: 'containers' | 'initContainers'): readonly Container[] | undefined =>
    spec[list]?.map((container, index) => ({ ...container, image: before[list]![index]!.image! }))
  const isCut = (before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1
  const munged = {
    ...spec,
    containers: images('containers'),
    initContainers: images('initContainers'),
    activeDeadlineSeconds: before.activeDeadlineSeconds,
    schedulingGates: before.schedulingGates,
    tolerations: before.tolerations,
    terminationGracePeriodSeconds: isCut ? before.terminationGracePeriodSeconds : spec.terminationGracePeriodSeconds,
  } as PodSpec
  return (before.schedulingGates ?? []).length > 0 ? freedOfGated(munged, before) : { munged, errors: [] }
}

/** Of a pod that nobody places yet, more may be asked: which nodes it wants. */
const freedOfGated = (spec: PodSpec, before: PodSpec): Freed => {
  const errors: FieldError[] = []
  const old = before.nodeSelector ?? {}
  const now = spec.nodeSelector ?? {}
  if (Object.entries(old).some(([key, value]) => now[key] !== value))
    errors.push(
      invalid('spec.nodeSelector', now, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'),
    )
  errors.push(...checkNodeAffinity(spec, before))
  const { nodeAffinity: _, ...neighbours } = spec.affinity ?? {}
  const affinity = {
    ...neighbours,
    ...(before.affinity?.nodeAffinity && { nodeAffinity: before.affinity.nodeAffinity }),
  }
  const { affinity: __, ...rest } = spec
  const isNone = Object.keys(affinity).length === 0 && before.affinity === undefined
  return {
    munged: { ...rest, nodeSelector: before.nodeSelector, ...(isNone ? {} : { affinity }) } as PodSpec,
    errors,
  }
}

const checkNodeAffinity = (spec: PodSpec, before: PodSpec): readonly FieldError[] => {
  const termsOf = ({ affinity }: PodSpec): readonly NodeSelectorTerm[] =>
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const [now, old] = [termsOf(spec), termsOf(before)]
  const at = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
  if (old.length === 0) return []
  if (old.length !== now.length)
    return [invalid(at, now, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
  return old.flatMap((term, index) =>
    isOnlyMore(now[index]!, term)
      ? []
      : [invalid(`${at}[${index}]`, now[index], 'only additions are allowed (no mutations or deletions)')],
  )
}

const isOnlyMore = (now: NodeSelectorTerm, old: NodeSelectorTerm): boolean => {
  const parts = ['matchExpressions', 'matchFields'] as const
  const isEmpty = (term: NodeSelectorTerm): boolean => parts.every((part) => (term[part] ?? []).length === 0)
  if (isEmpty(old)) return isEmpty(now)
  return parts.every((part) => jsonEqual((now[part] ?? []).slice(0, (old[part] ?? []).length), old[part] ?? []))
}
