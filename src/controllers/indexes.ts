import type { Pod } from '#api/core/pod/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { controllerOf } from '#objects/owner-reference.ts'

/** By the uid of the owner that manages it; what nobody manages stands under `/NAMESPACE`. */
export const byController = (object: ApiObject): readonly string[] => [
  controllerOf(object)?.uid ?? `/${object.metadata?.namespace ?? ''}`,
]

/** By the node that the pod is bound to; '' for none. */
export const byNode = (pod: Pod): readonly string[] => [pod.spec?.nodeName ?? '']
