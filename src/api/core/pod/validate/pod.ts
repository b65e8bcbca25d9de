import type { Pod } from '#api/core/pod/message.ts'
import { type FieldError, forbidden } from '#api/validation/field-error.ts'
import { validateMetadata } from '#api/validation/metadata.ts'
import { dnsSubdomain } from '#api/validation/names.ts'
import { validateAnnotationsOfPod } from './annotations.ts'
import { validateImage } from './container/containers.ts'
import { validatePodSpec } from './pod-spec.ts'

/** Checks a defaulted pod at creation. */
export const validatePodCreate = (pod: Pod): readonly FieldError[] => {
  const { nodeName, schedulingGates = [], ephemeralContainers = [] } = pod.spec ?? {}
  return [
    ...validateWholePod(pod),
    ...(ephemeralContainers.length > 0 ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')] : []),
    ...(nodeName && schedulingGates.length > 0
      ? [forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')]
      : []),
  ]
}

/** What holds of every pod, new or changed. */
export const validateWholePod = ({ metadata, spec = {} }: Pod): readonly FieldError[] => [
  ...validateMetadata(metadata, true, dnsSubdomain),
  ...validateAnnotationsOfPod(metadata?.annotations ?? {}, spec, 'metadata.annotations'),
  ...validatePodSpec(spec, 'spec', metadata?.name ?? ''),
  ...(spec.serviceAccountName
    ? []
    : (spec.volumes ?? []).flatMap(({ projected }, index) =>
        (projected?.sources ?? []).flatMap(({ serviceAccountToken }, place) =>
          serviceAccountToken === undefined
            ? []
            : [
                forbidden(
                  `spec.volumes[${index}].projected.sources[${place}].serviceAccountToken`,
                  'must not be specified when serviceAccountName is not set',
                ),
              ],
        ),
      )),
  ...(['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((container, index) => validateImage(container, `spec.${list}[${index}]`)),
  ),
]
