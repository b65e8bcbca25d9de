import type { Condition } from '#api/meta/condition.ts'
import { GATEWAY_CONTROLLER } from '#routes/data-plane.ts'

export type Fields = Readonly<Record<string, unknown>>
/** What a status says of one of those that a route or a policy is for: an entry is its controller's alone. */
export interface Entry extends Fields {
  readonly controllerName: string
  readonly conditions?: readonly Condition[]
}

/** The lists of a status in which several controllers have entries, and what each entry is about. */
export const SHARED = { parents: 'parentRef', ancestors: 'ancestorRef' } as const
/** The conditions that the API gives objects themselves; others are of somebody else's. */
export const OWN_TYPES: ReadonlySet<string> = new Set([
  'Accepted',
  'AttachedListenerSets',
  'Conflicted',
  'InsecureFrontendValidationMode',
  'OverlappingTLSConfig',
  'PartiallyInvalid',
  'Programmed',
  'ResolvedRefs',
  'SupportedVersion',
])

export const isShared = (key: string): key is keyof typeof SHARED => Object.hasOwn(SHARED, key)
export const isOurEntry = ({ controllerName }: Entry): boolean => controllerName === GATEWAY_CONTROLLER
export const listOf = <T>(value: unknown): readonly T[] => (Array.isArray(value) ? value : [])
