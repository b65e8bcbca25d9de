import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { ApiObject } from '#api/resource.ts'
import { formatLabelSelector } from '#api/selectors/label-selector.ts'
import { requirementsOf } from '#objects/label-selector.ts'
import type { Kind, Scaling } from './kind.ts'

interface Scalable extends ApiObject {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector | Labels }
  readonly status?: { readonly replicas?: number }
}

type Labels = { readonly [key: string]: string }

/** A ReplicationController's are plain labels. */
const isPlain = (selector: LabelSelector | Labels): selector is Labels =>
  Object.values(selector).every((value) => typeof value === 'string')

/** What has its scale where most kinds have it. */
const COMMON: Scaling = {
  path: ['spec', 'replicas'],
  read(object) {
    const { spec, status } = object as Scalable
    const given = spec?.selector
    const selected = given && isPlain(given) ? { matchLabels: given } : given
    const selector = formatLabelSelector(requirementsOf(selected) ?? [])
    return { replicas: spec?.replicas ?? 0, current: status?.replicas ?? 0, selector }
  },
  write: (object, replicas) => ({ ...object, spec: { ...(object as Scalable).spec, replicas } }) as ApiObject,
}

/** Where the scale of a kind's objects stands. */
export const scalingOf = ({ scale }: Kind): Scaling => scale ?? COMMON
