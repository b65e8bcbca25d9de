import type { ApiObject, Resource } from '#api/resource.ts'
import type { Caller } from '../access/caller.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** What a resource is called in a review, and the kind that its objects are of: a part's own, where it has one. */
export interface ReviewedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export type ReviewedResource = Pick<Resource, 'group' | 'version' | 'plural'>

/** A request as admission sees it. */
export interface Attributes {
  readonly operation: Operation
  readonly kind: ReviewedKind
  readonly resource: ReviewedResource
  /** '' for the object itself. */
  readonly subresource: string
  /** '' for what belongs to the cluster; of a Namespace, its own name. */
  readonly namespace: string
  /** '' where it is to be made up, and where a collection is deleted. */
  readonly name: string
  /** What is to be; of a deletion, nothing. */
  readonly object?: ApiObject
  readonly oldObject?: ApiObject
  /** CreateOptions and the like; of a connection, nothing. */
  readonly options?: object
  readonly caller: Caller
  readonly dryRun: boolean
}
