import { checkBounds, checkCollisions, checkCounts } from '#api/apps/workload/status.ts'
import { shownFields, shownStrategy } from '#api/apps/workload/strategy.ts'
import { checkSelected } from '#api/apps/workload/validate.ts'
import { validateClaimSpec } from '#api/core/persistentvolumeclaim/validate.ts'
import { validateKeptRunning, validateTemplate } from '#api/core/pod/validate/template.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { isEmptySelector, validateSelector } from '#api/validation/labels.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, checkNonNegative, dnsLabel } from '#api/validation/names.ts'
import { jsonEqual } from '#schema/json-value.ts'
import type { StatefulSet, StatefulSetSpec } from './message.ts'

/** The name is a part of its pods' host names, so that it has to be a label. */
export const validateStatefulSetCreate = (set: StatefulSet): readonly FieldError[] => [
  ...validateMetadata(set.metadata, true, dnsLabel),
  ...validateSpec(set.spec, true, true),
]

const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const

export const validateStatefulSetUpdate = (set: StatefulSet, old: StatefulSet): readonly FieldError[] => {
  const before = old.spec
  const fixed = { ...set.spec, ...Object.fromEntries(MUTABLE.map((field) => [field, before?.[field]])) }
  // What was taken before it was checked stays as it is.
  const isNew = !jsonEqual(set.spec?.template, before?.template)
  return [
    ...validateMetadataUpdate(set.metadata, old.metadata),
    ...validateSpec(set.spec, false, isNew),
    ...(jsonEqual(fixed, before ?? {})
      ? []
      : [
          forbidden(
            'spec',
            `updates to statefulset spec for fields other than ${MUTABLE.slice(0, -1)
              .map((field) => `'${field}'`)
              .join(', ')} and '${MUTABLE.at(-1)}' are forbidden`,
          ),
        ]),
  ]
}

const validateSpec = (
  spec: StatefulSetSpec | undefined,
  isCreated: boolean,
  isNewTemplate: boolean,
): readonly FieldError[] => {
  const { selector, template, podManagementPolicy = '', ordinals } = spec ?? {}
  const errors: FieldError[] = []
  if (!podManagementPolicy) errors.push(required('spec.podManagementPolicy'))
  else if (podManagementPolicy !== 'OrderedReady' && podManagementPolicy !== 'Parallel')
    errors.push(invalid('spec.podManagementPolicy', podManagementPolicy, "must be 'OrderedReady' or 'Parallel'"))
  errors.push(
    ...validateUpdateStrategy(spec?.updateStrategy),
    ...validateRetention(spec?.persistentVolumeClaimRetentionPolicy),
  )
  if (isCreated)
    for (const [index, claim] of (spec?.volumeClaimTemplates ?? []).entries())
      errors.push(...validateClaimSpec(claim.spec ?? {}, `spec.volumeClaimTemplates[${index}].spec`))
  errors.push(
    ...checkNonNegative(spec?.replicas, 'spec.replicas'),
    ...checkNonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...checkNonNegative(ordinals?.start, 'spec.ordinals.start'),
  )
  if (isCreated && spec?.serviceName) errors.push(...checkForm(dnsLabel, spec.serviceName, 'spec.serviceName'))
  if (selector === undefined) errors.push(required('spec.selector'))
  else {
    const problems = validateSelector(selector, 'spec.selector')
    errors.push(...problems)
    if (isEmptySelector(selector))
      errors.push(invalid('spec.selector', selector, 'empty selector is invalid for statefulset'))
    if (problems.length > 0) return [...errors, invalid('spec.selector', selector, '')]
  }
  errors.push(...checkSelected(selector, template))
  if (isNewTemplate) errors.push(...validateTemplate(withClaims(spec), 'spec.template'))
  return [...errors, ...validateKeptRunning(template?.spec, 'spec.template', 'StatefulSet')]
}

/** The template as its pods have it: what claims fill may be mounted, whatever else had its name. */
const withClaims = (spec: StatefulSetSpec | undefined): NonNullable<StatefulSetSpec['template']> => {
  const template = spec?.template ?? {}
  const names = [...new Set((spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? ''))]
  if (names.length === 0) return template
  const claims = names.map((name): Volume => ({ name, persistentVolumeClaim: { claimName: name } }))
  const others = (template.spec?.volumes ?? []).filter(({ name }) => !names.includes(name))
  return { ...template, spec: { ...template.spec, volumes: [...claims, ...others] } }
}

const validateUpdateStrategy = (strategy: StatefulSetSpec['updateStrategy']): readonly FieldError[] => {
  const at = 'spec.updateStrategy'
  const absent = { partition: 0, maxUnavailable: null }
  const { type, rollingUpdate } = strategy ?? {}
  if (!type) return [required(at)]
  switch (type) {
    case 'OnDelete':
      return rollingUpdate === undefined
        ? []
        : [
            invalid(
              `${at}.rollingUpdate`,
              shownFields(rollingUpdate, absent),
              "only allowed for updateStrategy 'RollingUpdate'",
            ),
          ]
    case 'RollingUpdate':
      return checkNonNegative(rollingUpdate?.partition, `${at}.rollingUpdate.partition`)
    default:
      return [invalid(at, shownStrategy(strategy!, absent), "must be 'RollingUpdate' or 'OnDelete'")]
  }
}

const validateRetention = (policy: StatefulSetSpec['persistentVolumeClaimRetentionPolicy']): readonly FieldError[] =>
  policy === undefined
    ? []
    : (['whenDeleted', 'whenScaled'] as const).flatMap((when) => {
        const word = policy[when] ?? ''
        return word === 'Retain' || word === 'Delete'
          ? []
          : [notSupported(`spec.persistentVolumeClaimRetentionPolicy.${when}`, word, ['Retain', 'Delete'])]
      })

const COUNTS = [
  'replicas',
  'readyReplicas',
  'currentReplicas',
  'updatedReplicas',
  'availableReplicas',
  'observedGeneration',
  'collisionCount',
]

export const validateStatefulSetStatusUpdate = (set: StatefulSet, old: StatefulSet): readonly FieldError[] => [
  ...checkCounts(set.status, COUNTS),
  ...checkBounds(
    set.status,
    ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
    'status.readyReplicas',
  ),
  ...validateMetadataUpdate(set.metadata, old.metadata),
  ...checkCollisions(set, old),
]
