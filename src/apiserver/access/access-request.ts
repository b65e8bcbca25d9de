import type { AccessRequest } from '#access/rbac/request.ts'
import { pathSegment } from '#api/validation/names.ts'
import type { RequestInfo } from '../http/request/request-info.ts'

/**
 * What a request is asked access for: with the fields that a list or a watch selects by, and the name where it selects
 * one object by its name, so that who may read that one may watch it.
 */
export const accessRequest = (info: RequestInfo, query: URLSearchParams): AccessRequest => {
  if (info.kind === 'path' || info.name || (info.verb !== 'list' && info.verb !== 'watch')) return info
  const selector = query.get('fieldSelector')
  if (!selector) return info
  const fields = exactFields(selector)
  const name = fields['metadata.name'] ?? ''
  return { ...info, fields, name: pathSegment(name).length === 0 ? name : '' }
}

/** The fields that must have one value; what is malformed is refused by whoever selects. */
export const exactFields = (selector: string): Readonly<Record<string, string>> => {
  const fields: Record<string, string> = Object.create(null)
  for (const term of selector.split(',')) {
    const match = /^([^=!]+)==?([^=]*)$/.exec(term)
    if (match) fields[match[1]!] = match[2]!
  }
  return fields
}
