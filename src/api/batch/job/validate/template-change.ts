import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import type { FieldError } from '#api/validation/field-error.ts'
import { immutable } from '#api/validation/metadata.ts'
import { hasCondition } from '#objects/conditions.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { Job } from '../message.ts'

/**
 * A Job's pods are what they are, but for one that is suspended and has none: where its pods may go, what they are
 * labelled with, and what they need may change until it goes on.
 */
export const templateUnchanged = (template: PodTemplateSpec, old: Job): readonly FieldError[] => {
  const { spec, status } = old
  const before = spec?.template ?? {}
  const isStill = (status?.active ?? 0) === 0 && (status?.startTime === undefined || hasCondition(old, 'Suspended'))
  const fixed = spec?.suspend && isStill ? withOpenFields(before, template) : before
  return jsonEqual(normal(template), normal(fixed)) ? [] : [immutable('spec.template', template)]
}

/** Absent and empty are the same here. */
const normal = (template: PodTemplateSpec): unknown =>
  JSON.parse(
    JSON.stringify(template, (_, value: unknown) =>
      value !== null && typeof value === 'object' && Object.keys(value).length === 0 ? undefined : value,
    ),
  )

const withOpenFields = (before: PodTemplateSpec, now: PodTemplateSpec): PodTemplateSpec =>
  ({
    metadata: { ...before.metadata, labels: now.metadata?.labels, annotations: now.metadata?.annotations },
    spec: {
      ...before.spec,
      affinity: affinityOf(before.spec, now.spec),
      nodeSelector: now.spec?.nodeSelector,
      tolerations: now.spec?.tolerations,
      schedulingGates: now.spec?.schedulingGates,
      containers: withResources(before.spec?.containers, now.spec?.containers),
      initContainers: withResources(before.spec?.initContainers, now.spec?.initContainers),
    },
  }) as PodTemplateSpec

const affinityOf = (before: PodSpec | undefined, now: PodSpec | undefined): PodSpec['affinity'] => {
  const { nodeAffinity: _, ...others } = before?.affinity ?? {}
  const affinity = { ...others, ...(now?.affinity?.nodeAffinity ? { nodeAffinity: now.affinity.nodeAffinity } : {}) }
  return affinity
}

const withResources = (
  before: readonly Container[] | undefined,
  now: readonly Container[] | undefined,
): readonly Container[] | undefined =>
  before?.map((container, index) => ({ ...container, resources: now?.[index]?.resources }) as Container)
