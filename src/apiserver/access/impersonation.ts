import type { IncomingMessage } from 'node:http'
import type { AccessRequest } from '#access/rbac/request.ts'
import type { ApiError } from '#client/client.ts'
import { quoted } from '#schema/go-quoted.ts'
import { badRequest } from '../errors.ts'
import type { Authorizer } from './authorizer.ts'
import { refuse } from './authorizer.ts'
import type { Caller } from './caller.ts'
import { type ImpersonationMode, impersonationModes, type Wanted } from './impersonation-modes.ts'

const PREFIX = 'impersonate-'
const EXTRA = `${PREFIX}extra-`

/**
 * Who a request is to count as: `kubectl --as`, `--as-group`, `--as-uid`, `--as-user-extra`. Whoever may not is refused,
 * never let through as themselves. Throws ApiError 403, or 400 where no user is named.
 */
export const impersonated = (
  authorizer: Authorizer,
  request: IncomingMessage,
  caller: Caller,
  asked: () => AccessRequest,
): Caller => {
  const wanted = wantedOf(request)
  if (!wanted) return caller
  let refusal: ApiError | undefined
  for (const mode of impersonationModes) {
    if (!mode.fits(wanted, caller)) continue
    const why = refusalOf(authorizer, mode, wanted, caller, asked())
    if (!why) return standing(mode.as(wanted))
    refusal ??= why
  }
  throw refusal!
}

const refusalOf = (
  authorizer: Authorizer,
  mode: ImpersonationMode,
  wanted: Wanted,
  caller: Caller,
  asked: AccessRequest,
): ApiError | undefined => {
  for (const { request, barred } of mode.requests(wanted, asked)) {
    if (barred !== undefined) return refuse(caller, request, barred)
    const { allowed, reason } = authorizer.authorize(caller, request)
    if (!allowed) return refuse(caller, request, reason)
  }
  return undefined
}

const ANYBODY = 'system:authenticated'
const NOBODY = 'system:unauthenticated'

/** With the group that says whether somebody or nobody asks. */
const standing = (caller: Caller): Caller => {
  const { name, groups } = caller
  const wanted = name === 'system:anonymous' || groups.includes(NOBODY) ? NOBODY : ANYBODY
  return groups.includes(wanted) ? caller : { ...caller, groups: [...groups, wanted] }
}

const wantedOf = (request: IncomingMessage): Wanted | undefined => {
  if (!Object.keys(request.headers).some((name) => name.startsWith(PREFIX))) return undefined
  // As they came: a group's name may hold a comma.
  const headers = request.headersDistinct
  const [name = ''] = headers[`${PREFIX}user`] ?? []
  const [uid = ''] = headers[`${PREFIX}uid`] ?? []
  const groups = headers[`${PREFIX}group`] ?? []
  const extra: Record<string, readonly string[]> = Object.create(null)
  for (const [header, values = []] of Object.entries(headers)) {
    if (!header.startsWith(EXTRA)) continue
    const key = unescaped(header.slice(EXTRA.length))
    extra[key] = [...(extra[key] ?? []), ...values]
  }
  const wanted = { name, uid, groups, extra }
  if (name) return wanted
  if (!uid && groups.length === 0 && Object.keys(extra).length === 0) return undefined
  throw badRequest(`requested ${described(wanted)} without impersonating a user name`)
}

const unescaped = (key: string): string => {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** As Go writes the user that was meant. */
const described = ({ uid, groups, extra }: Wanted): string => {
  const list = (texts: readonly string[]): string => `[]string{${texts.map(quoted).join(', ')}}`
  const keys = Object.keys(extra).sort()
  const pairs = keys.map((key) => `${quoted(key)}:${list(extra[key]!)}`)
  const map = keys.length === 0 ? 'map[string][]string(nil)' : `map[string][]string{${pairs.join(', ')}}`
  const names = groups.length === 0 ? '[]string(nil)' : list(groups)
  return `&user.DefaultInfo{Name:"", UID:${quoted(uid)}, Groups:${names}, Extra:${map}}`
}
