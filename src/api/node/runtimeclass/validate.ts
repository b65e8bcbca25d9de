import { validateResources } from '#api/core/pod/validate/container/resources.ts'
import { validateTolerations } from '#api/core/pod/validate/scheduling/tolerations.ts'
import { duplicate, type FieldError } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, checkLabels, dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { canonicalJson } from '#schema/json-value.ts'
import type { RuntimeClass } from './message.ts'

export const validateRuntimeClassCreate = (runtimeClass: RuntimeClass): readonly FieldError[] => {
  const { metadata, handler, overhead, scheduling } = runtimeClass
  return [
    ...validateMetadata(metadata, false, dnsSubdomain),
    ...checkForm(dnsLabel, handler, 'handler'),
    ...(overhead ? validateResources({ limits: overhead.podFixed ?? {} }, 'overhead', new Set()) : []),
    ...(scheduling ? schedulingErrors(scheduling) : []),
  ]
}

/** What runs its pods stays. */
export const validateRuntimeClassUpdate = (runtimeClass: RuntimeClass, old: RuntimeClass): readonly FieldError[] => [
  ...validateMetadataUpdate(runtimeClass.metadata, old.metadata),
  ...(runtimeClass.handler === old.handler ? [] : [immutable('handler', runtimeClass.handler)]),
]

type Scheduling = NonNullable<RuntimeClass['scheduling']>

/** Each toleration stands there once. */
const schedulingErrors = ({ nodeSelector = {}, tolerations = [] }: Scheduling): readonly FieldError[] => {
  const at = 'scheduling.tolerations'
  const again = repeats(tolerations, canonicalJson)
  const repeated = [...again].map((index) => duplicate(`${at}[${index}]`, tolerations[index]))
  return [...checkLabels(nodeSelector, 'scheduling.nodeSelector'), ...validateTolerations(tolerations, at), ...repeated]
}
