import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'

/** A pod, or the template of pods. */
export interface PodLike {
  readonly metadata?: ObjectMeta
  readonly spec?: PodSpec
}

/** What a rule has against a pod: in few words, and who and what it is. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

/** A rule about pods; undefined where it has nothing against one. */
export type Check = (pod: PodLike) => Violation | undefined

/** Containers of all three sorts have in common what rules look at. */
type AnyContainer = Pick<
  Container,
  'name' | 'securityContext' | 'ports' | 'lifecycle' | 'livenessProbe' | 'readinessProbe' | 'startupProbe'
>

export const containersOf = ({ spec }: PodLike): readonly AnyContainer[] => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
  ...(spec?.ephemeralContainers ?? []),
]

/** `"a", "b"`. */
export const quotes = (items: Iterable<string>): string => [...items].map((item) => `"${item}"`).join(', ')

/** The word for so many. */
export const counted = (one: string, many: string, items: { readonly length: number }): string =>
  items.length === 1 ? one : many

/** `container "a"`, `containers "a", "b"`. */
export const named = (names: readonly string[]): string =>
  `${counted('container', 'containers', names)} ${quotes(names)}`

/** Each once, in the order of their bytes. */
export const sorted = (items: Iterable<string>): readonly string[] => [...new Set(items)].sort()

/** `pod and container "a"`: who sets what is forbidden, the pod as a whole and containers; undefined where nobody does. */
export const setters = (pod: boolean, containers: readonly string[]): string | undefined => {
  const all = [...(pod ? ['pod'] : []), ...(containers.length > 0 ? [named(containers)] : [])]
  return all.length > 0 ? all.join(' and ') : undefined
}

/** Whether what is root in the pod is nobody outside. */
const hasOwnUsers = ({ spec }: PodLike): boolean => spec?.hostUsers === false

/** A rule that does not look at pods of Windows, which say by their system what others say field by field. */
export const butWindows =
  (check: Check): Check =>
  (pod) =>
    pod.spec?.os?.name === 'windows' ? undefined : check(pod)

/** A rule that does not look at pods with users of their own. */
export const butOwnUsers =
  (check: Check): Check =>
  (pod) =>
    hasOwnUsers(pod) ? undefined : check(pod)
