import type { ApiObject } from '#api/resource.ts'
import type { Amounts } from '#schema/quantity-sum.ts'
import type { ScopeRequirement } from './scope.ts'

/** A change as a quota looks at it. */
export interface QuotaChange {
  readonly object: ApiObject
  /** Absent: it is created. */
  readonly previous?: ApiObject
  readonly subresource: string
}

/** What objects of one resource take of a quota. */
export interface Evaluator {
  /** Whether objects count for an amount that a quota limits: `requests.cpu`. */
  tracks(name: string): boolean
  /** What one takes at a moment (milliseconds), of all that it counts for. */
  usage(object: ApiObject, now: number): Amounts
  /** Whether one is in a scope. */
  isIn(scope: ScopeRequirement, object: ApiObject): boolean
  /** Whether a change is held against quotas; others are only counted. */
  holds(change: QuotaChange): boolean
  /** What an object must say, where these are limited, and does not: Kubernetes' words. */
  missing?(names: readonly string[], object: ApiObject): string | undefined
}
