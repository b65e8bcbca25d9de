import type { ApiObject } from '#api/resource.ts'
import type { Collection } from '../collection.ts'
import { StorageError } from '../storage-error.ts'
import { type ContinueToken, decodeContinue, encodeContinue } from './continue-token.ts'
import { parseRevision } from './revision.ts'

/** Which objects a request means: one namespace or all, and a predicate made of its selectors. */
export interface Selection {
  readonly namespace?: string
  readonly matches?: (object: ApiObject) => boolean
}

export interface ListRequest {
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: string
  readonly limit?: number
  readonly continue?: string
}

export interface ListPage {
  readonly items: readonly ApiObject[]
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

const CONTINUE_COMPACTED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or ' +
  'deleted between the time the first chunk was returned and now may show up in the list.'

/** Throws StorageError REVISION_AHEAD where that revision is still to come. */
export const checkReached = (asked: number, held: number): void => {
  if (asked > held)
    throw new StorageError('REVISION_AHEAD', `Too large resource version: ${asked}, current: ${held}`, { asked, held })
}

const revisionOf = (request: ListRequest): number | undefined => {
  try {
    return parseRevision(request.resourceVersion)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    throw new StorageError('CONTINUE_INVALID', `invalid resource version: ${error.message}`)
  }
}

/** The revision whose state is shown; undefined: what is there now. */
const shownRevision = (request: ListRequest, token: ContinueToken | undefined): number | undefined => {
  if (token) {
    if (request.resourceVersion && request.resourceVersion !== '0')
      throw new StorageError('CONTINUE_INVALID', 'specifying resource version is not allowed when using continue')
    return token.revision
  }
  const asked = revisionOf(request)
  // Before resourceVersionMatch existed, a limit with a resourceVersion meant exactly that revision.
  const exact = request.resourceVersionMatch === 'Exact' || (!request.resourceVersionMatch && !!request.limit)
  return exact && asked ? asked : undefined
}

const compacted = (asked: number, collection: Collection, token: ContinueToken | undefined): StorageError => {
  const revisions = { asked, held: collection.trimmedRevision + 1 }
  if (!token)
    return new StorageError('REVISION_COMPACTED', 'The resourceVersion for the provided list is too old.', revisions)
  const goOn = encodeContinue({ ...token, revision: undefined })
  return new StorageError('CONTINUE_COMPACTED', CONTINUE_COMPACTED, { ...revisions, continue: goOn })
}

/** What is shown: keys in order, and how an object is found. */
interface State {
  readonly keys: readonly string[]
  read(key: string): ApiObject
}

const stateOf = (collection: Collection, revision: number, token: ContinueToken | undefined): State => {
  if (revision === collection.revision) return { keys: collection.keys(), read: (key) => collection.get(key)! }
  const objects = collection.at(revision)
  if (!objects) throw compacted(revision, collection, token)
  return { keys: [...objects.keys()].sort((a, b) => (a < b ? -1 : 1)), read: (key) => objects.get(key)! }
}

/** The index of the first key that is not before this one. */
const firstFrom = (keys: readonly string[], key: string): number => {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}

/** Comes after every key that begins with `namespace/`, and before all others. */
const END_OF_NAMESPACE = '0'

/**
 * One page of a list, by the rules of resourceVersion and resourceVersionMatch: absent, '0' and NotOlderThan answer
 * with now (which is never older), Exact and continue tokens with the state at that revision. A limit together with '0'
 * limits nothing, as in Kubernetes. Throws StorageError: REVISION_COMPACTED or CONTINUE_COMPACTED where that is no longer
 * known, and those of a request that means nothing.
 */
export const listPage = (collection: Collection, selection: Selection, request: ListRequest): ListPage => {
  const token = request.continue ? decodeContinue(request.continue) : undefined
  const shown = shownRevision(request, token)
  const asked = token ? token.revision : revisionOf(request)
  if (asked !== undefined) checkReached(asked, collection.revision)
  const revision = shown ?? collection.revision
  const { keys, read } = stateOf(collection, revision, token)
  const prefix = selection.namespace ? `${selection.namespace}/` : ''
  const end = prefix ? firstFrom(keys, `${selection.namespace}${END_OF_NAMESPACE}`) : keys.length
  let at = firstFrom(keys, token ? `${prefix}${token.after}\0` : prefix)
  const limit = request.limit && request.limit > 0 && request.resourceVersion !== '0' ? request.limit : Infinity
  const items: ApiObject[] = []
  for (; at < end && items.length < limit; at++) {
    const object = read(keys[at]!)
    if (!selection.matches || selection.matches(object)) items.push(object)
  }
  if (at >= end) return { items, resourceVersion: String(revision) }
  return {
    items,
    resourceVersion: String(revision),
    continue: encodeContinue({ revision, after: keys[at - 1]!.slice(prefix.length) }),
    // Kubernetes leaves the count out where selectors would make it a guess.
    ...(selection.matches ? {} : { remainingItemCount: end - at }),
  }
}
