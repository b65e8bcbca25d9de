import type { ApiObject } from '#api/resource.ts'
import { badRequest, expired, tooLargeResourceVersion } from '../errors.ts'
import type { Collection } from './collection.ts'

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

const encodeContinue = (rv: number, start: string): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv, start })).toString('base64url')

const decodeContinue = (text: string): ContinueToken => {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as ContinueToken
    if (typeof token.rv === 'number' && typeof token.start === 'string') return token
  } catch {
    // Falls through to the refusal below: the token is not one of ours.
  }
  throw badRequest('continue key is not valid: the token was not given out by this server')
}

/** A non-negative integer of at most 2^53, or a 400 that names the parameter. */
export const parseRevision = (text: string | undefined, parameter = 'resourceVersion'): number | undefined => {
  if (text === undefined || text === '') return undefined
  const revision = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(revision)) {
    throw badRequest(`Invalid value: ${JSON.stringify(text)}: ${parameter} is not a revision of this server`)
  }
  return revision
}

/**
 * One page of a list, by the rules of resourceVersion and resourceVersionMatch: absent, '0' and NotOlderThan answer
 * with now (which is never older), Exact and continue tokens with the state at that revision, 410 where it is no longer
 * known.
 */
export const listPage = (collection: Collection, selection: Selection, request: ListRequest): ListPage => {
  const token = request.continue ? decodeContinue(request.continue) : undefined
  const asked = parseRevision(request.resourceVersion)
  if (token && asked) throw badRequest('specifying resource version is not allowed when using continue')
  if (asked !== undefined && asked > collection.revision) throw tooLargeResourceVersion(asked, collection.revision)
  // Before resourceVersionMatch existed, a limit with a resourceVersion meant exactly that revision.
  const exact =
    request.resourceVersionMatch === 'Exact' || (!request.resourceVersionMatch && !!request.limit && !!asked)
  const revision = token ? token.rv : exact && asked ? asked : collection.revision
  const current = revision === collection.revision
  const objects = current ? undefined : collection.at(revision)
  if (!current && !objects) {
    throw expired(
      token
        ? 'The provided continue parameter is too old to display a consistent list result. Start a new list without the continue parameter.'
        : `The resourceVersion for the provided list is too old: ${revision}`,
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
