import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isSame } from '#api/resource.ts'
import { NOT_READY_TAINT, UNREACHABLE_TAINT } from '#objects/well-known.ts'
import type { Admission } from './admission.ts'

const KEYS = [NOT_READY_TAINT, UNREACHABLE_TAINT]
const SECONDS = 300

/** A pod stays five minutes on a node that has become unready or unreachable, unless it says otherwise. */
export const defaultTolerations: Admission = {
  name: 'DefaultTolerationSeconds',
  create({ resource, object }) {
    if (!isSame(resource, pods)) return object
    const pod = object as Pod
    const given = pod.spec?.tolerations ?? []
    const covers = (key: string): boolean =>
      given.some(
        (toleration) =>
          (toleration.key === key || (!toleration.key && toleration.operator === 'Exists')) &&
          (!toleration.effect || toleration.effect === 'NoExecute'),
      )
    const missing = KEYS.filter((key) => !covers(key)).map(
      (key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }) as const,
    )
    if (missing.length === 0) return object
    const tolerated: Pod = { ...pod, spec: { ...pod.spec!, tolerations: [...given, ...missing] } }
    return tolerated
  },
}
