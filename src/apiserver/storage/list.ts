import type { ApiObject } from '#api/resource.ts'
import type { Collection } from './collection.ts'
import { StorageError } from './storage-error.ts'

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

interface ContinueToken {
  readonly v: string
  readonly rv: number
  readonly start: string
}

const CONTINUE_COMPACTED =
  'The provided continue parameter is too old to display a consistent list result. Start a new list without the continue parameter.'

const ahead = (asked: number, held: number): StorageError =>
  new StorageError('REVISION_AHEAD', `Too large resource version: ${asked}, current: ${held}`, { asked, held })

const encodeContinue = (rv: number, start: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url')

const decodeContinue = (text: string): ContinueToken => {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as ContinueToken
    if (typeof token.rv === 'number' && typeof token.start === 'string') return token
  } catch {
    // Falls through to the refusal below: the token is not one of ours.
  }
  throw new StorageError('CONTINUE_INVALID', 'continue key is not valid: the token was not given out by this server')
}

/** A non-negative integer of at most 2^53; undefined where nothing is said. Throws StorageError REVISION_INVALID. */
export const parseRevision = (text: string | undefined): number | undefined => {
  if (text === undefined || text === '') return undefined
  const revision = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(revision)) {
    throw new StorageError(
      'REVISION_INVALID',
      `Invalid value: ${JSON.stringify(text)}: resourceVersion is not a revision of this server`,
    )
  }
  return revision
}

/**
 * One page of a list, by the rules of resourceVersion and resourceVersionMatch: absent, '0' and NotOlderThan answer
 * with now (which is never older), Exact and continue tokens with the state at that revision. Throws StorageError:
 * REVISION_COMPACTED or CONTINUE_COMPACTED where that is no longer known, and those of a request that means nothing.
 */
export const listPage = (collection: Collection, selection: Selection, request: ListRequest): ListPage => {
  const token = request.continue ? decodeContinue(request.continue) : undefined
  const asked = parseRevision(request.resourceVersion)
  if (token && asked) {
    throw new StorageError('CONTINUE_INVALID', 'specifying resource version is not allowed when using continue')
  }
  if (asked !== undefined && asked > collection.revision) throw ahead(asked, collection.revision)
  // Before resourceVersionMatch existed, a limit with a resourceVersion meant exactly that revision.
  const exact =
    request.resourceVersionMatch === 'Exact' || (!request.resourceVersionMatch && !!request.limit && !!asked)
  const revision = token ? token.rv : exact && asked ? asked : collection.revision
  const current = revision === collection.revision
  const objects = current ? undefined : collection.at(revision)
  if (!current && !objects) {
    const revisions = { asked: revision, held: collection.trimmedRevision + 1 }
    throw token
      ? new StorageError('CONTINUE_COMPACTED', CONTINUE_COMPACTED, revisions)
      : new StorageError(
          'REVISION_COMPACTED',
          `The resourceVersion for the provided list is too old: ${revision}`,
          revisions,
        )
  }
  const keys = objects ? [...objects.keys()].sort((a, b) => (a < b ? -1 : 1)) : collection.keys()
  const read = (key: string): ApiObject => (objects ? objects.get(key) : collection.get(key))!
  const prefix = selection.namespace ? `${selection.namespace}/` : ''
  const items: ApiObject[] = []
  const limit = request.limit ?? 0
  let next: string | undefined
  let remaining = 0
  for (const key of keys) {
    if (prefix && !key.startsWith(prefix)) continue
    if (token && key < token.start) continue
    if (limit > 0 && items.length === limit) {
      next ??= key
      if (selection.matches) break
      remaining++
      continue
    }
    const object = read(key)
    if (!selection.matches || selection.matches(object)) items.push(object)
  }
  return {
    items,
    resourceVersion: String(revision),
    ...(next !== undefined ? { continue: encodeContinue(revision, next) } : {}),
    // Kubernetes leaves the count out where selectors would make it a guess.
    ...(next !== undefined && !selection.matches ? { remainingItemCount: remaining } : {}),
  }
}
