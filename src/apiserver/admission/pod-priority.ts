import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isSame } from '#api/resource.ts'
import { own } from '#schema/own.ts'
import { forbidden } from '../errors.ts'
import type { Admission } from './admission.ts'

/** The two classes that every Kubernetes cluster has; PriorityClass is no kind of ours yet. */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

/** Turns a pod's priority class into its number, 0 where it has none. */
export const podPriority: Admission = {
  name: 'Priority',
  create({ resource, object }) {
    if (!isSame(resource, pods)) return object
    const pod = object as Pod
    const name = pod.spec?.priorityClassName ?? ''
    const priority = name === '' ? 0 : own(SYSTEM_CLASSES, name)
    if (priority === undefined) {
      throw forbidden(resource, pod.metadata?.name ?? '', `no PriorityClass with name ${name} was found`)
    }
    return {
      ...pod,
      spec: { ...pod.spec!, priority, preemptionPolicy: pod.spec?.preemptionPolicy ?? 'PreemptLowerPriority' },
    }
  },
}
