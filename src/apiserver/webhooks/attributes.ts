import { namespaces } from '#api/core/namespace/resource.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import type { Caller } from '../access/caller.ts'

type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

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

const META = 'meta.k8s.io/v1'
const OPTIONS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions', CONNECT: '' } as const

interface Asked {
  readonly caller: Caller
  readonly namespace?: string
  /** Options of the request as it came. */
  readonly sent?: object
}

type Told = Omit<Attributes, 'resource' | 'namespace' | 'caller'>

/** A request about an object of a resource, with what all requests have alike. */
export const attributesOf = (
  resource: ReviewedResource & Pick<Resource, 'namespaced'>,
  { caller, namespace = '', sent }: Asked,
  told: Told,
): Attributes => {
  const kind = OPTIONS[told.operation]
  const dryRun = told.dryRun ? { dryRun: ['All'] } : {}
  return {
    ...told,
    resource,
    namespace: isSame(resource, namespaces) ? told.name : resource.namespaced ? namespace : '',
    ...(kind === '' ? {} : { options: { kind, apiVersion: META, ...(told.options ?? sent), ...dryRun } }),
    caller,
  }
}
