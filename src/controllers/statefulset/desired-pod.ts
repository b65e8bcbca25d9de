import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodTemplateSpec } from '#api/core/pod/template.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { podOf } from '../pods/desired-pod.ts'
import { REVISION_LABEL } from '../revisions/desired-state.ts'
import { claimNames } from './desired-claims.ts'
import { ordinalOf, podName } from './desired-ordinals.ts'

const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index'

/** A state that pods of the set are made from. */
export interface Revision {
  readonly name: string
  readonly template: PodTemplateSpec
}

/** The name of the revision that the pod was made from. */
export const revisionOf = ({ metadata }: Pod): string => metadata?.labels?.[REVISION_LABEL] ?? ''

const identity = (set: StatefulSet, ordinal: number): { readonly [label: string]: string } => ({
  [POD_NAME_LABEL]: podName(set, ordinal),
  [POD_INDEX_LABEL]: String(ordinal),
})

/** Pod `ordinal` of the set as it is made: with its own name, host name and claims. */
export const makePod = (set: StatefulSet, { name, template }: Revision, ordinal: number): Pod => {
  const pod = podOf(set, template, {
    name: podName(set, ordinal),
    labels: { ...identity(set, ordinal), [REVISION_LABEL]: name },
  })
  return {
    ...pod,
    spec: {
      ...pod.spec,
      hostname: podName(set, ordinal),
      ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
      ...volumes(set, pod.spec?.volumes, ordinal),
    },
  }
}

/** The volumes of a pod: its claims, and what else it has of other names. */
const volumes = (
  set: StatefulSet,
  given: readonly Volume[] | undefined,
  ordinal: number,
): { readonly volumes?: readonly Volume[] } => {
  const claims = claimNames(set, ordinal)
  if (claims.size === 0) return given === undefined ? {} : { volumes: given }
  const own = [...claims].map(([name, claimName]): Volume => ({ name, persistentVolumeClaim: { claimName } }))
  return { volumes: [...own, ...(given ?? []).filter(({ name }) => !claims.has(name))] }
}

/** The pod as one of this set has to be; undefined where it is so already. */
export const repaired = (set: StatefulSet, pod: Pod): Pod | undefined => {
  const ordinal = ordinalOf(pod)
  const isNamed = pod.metadata?.labels?.[POD_NAME_LABEL] === podName(set, ordinal)
  const isStored = [...claimNames(set, ordinal)].every(([name, claimName]) =>
    (pod.spec?.volumes ?? []).some((one) => one.name === name && one.persistentVolumeClaim?.claimName === claimName),
  )
  if (isNamed && isStored) return undefined
  return {
    ...pod,
    metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, ...identity(set, ordinal) } },
    spec: { ...pod.spec, ...volumes(set, pod.spec?.volumes, ordinal) },
  }
}
