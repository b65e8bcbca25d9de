import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isSame } from '#api/resource.ts'
import { NOT_READY_TAINT, UNREACHABLE_TAINT } from '#objects/well-known.ts'
import type { Admission } from './admission.ts'

const SECONDS = 300
/** All pods hold these, and not each its own. */
const TOLERATIONS = [NOT_READY_TAINT, UNREACHABLE_TAINT].map((key) =>
  Object.freeze({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS } as const),
)

/** The same pod, where it has a word on both. */
const tolerant = (pod: Pod): Pod => {
  const given = pod.spec?.tolerations ?? []
  const covers = (key: string): boolean =>
    given.some(
      (toleration) =>
        (toleration.key === key || (!toleration.key && toleration.operator === 'Exists')) &&
        (!toleration.effect || toleration.effect === 'NoExecute'),
    )
  const missing = TOLERATIONS.filter(({ key }) => !covers(key))
  return missing.length === 0 ? pod : { ...pod, spec: { ...pod.spec!, tolerations: [...given, ...missing] } }
}

/**
 * A pod stays five minutes on a node that has become unready or unreachable, unless it says otherwise. What it was given
 * so is given again to who writes it without, as `kubectl apply` does with a list that is its own.
 */
export const defaultTolerations: Admission = {
  create: ({ resource, object }) => (isSame(resource, pods) ? tolerant(object as Pod) : object),
  update: ({ resource, object, subresource }) =>
    isSame(resource, pods) && subresource === '' ? tolerant(object as Pod) : object,
}
