import { type FieldError, fieldCauses, forbidden, notSupported } from '#api/validation/field-error.ts'
import { badRequest, invalid } from '../../errors.ts'
import { isTrue } from './query.ts'

/** `meta/v1 ListOptions` as the query has them; '' where nothing is said. */
export interface ListOptions {
  readonly labelSelector: string
  readonly fieldSelector: string
  readonly allowWatchBookmarks: boolean
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly continue: string
  /** 0 or less: no limit. */
  readonly limit: number
  readonly timeoutSeconds: number | undefined
  readonly sendInitialEvents: boolean | undefined
}

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n]
/** Digits, zeros in front with them: past it nothing is taken for a number. */
const LONGEST = 100

/** A whole number of the query; undefined where it is not there. Throws ApiError 400, in the words of Go's parser. */
export const integerOf = (query: URLSearchParams, name: string): number | undefined => {
  const text = query.get(name)
  if (text === null) return undefined
  const refused = (why: string) => badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`)
  if (!/^[+-]?\d+$/.test(text)) throw refused('invalid syntax')
  if (text.length > LONGEST) throw refused('value out of range')
  const value = BigInt(text.replace('+', ''))
  if (value < LEAST || value > MOST) throw refused('value out of range')
  return Number(value)
}

/** What of the query's options a read asks for: of a list, or of a watch. Throws ApiError 400 and 422. */
export const listOptions = (query: URLSearchParams, isWatch: boolean): ListOptions => {
  const word = (name: string): string => query.get(name) ?? ''
  const sent = query.get('sendInitialEvents')
  const options = {
    labelSelector: word('labelSelector'),
    fieldSelector: word('fieldSelector'),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    resourceVersion: word('resourceVersion'),
    resourceVersionMatch: word('resourceVersionMatch'),
    timeoutSeconds: integerOf(query, 'timeoutSeconds'),
    limit: integerOf(query, 'limit') ?? 0,
    continue: word('continue'),
    sendInitialEvents: sent === null ? undefined : isTrue(sent),
  }
  const errors = isWatch ? watchErrors(options) : listErrors(options)
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', fieldCauses(errors))
  return options
}

const MATCH = 'resourceVersionMatch'
const WITH_CONTINUE = forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided')

const listErrors = (options: ListOptions): readonly FieldError[] => {
  const { resourceVersionMatch: match, resourceVersion } = options
  const errors: FieldError[] = []
  if (match) {
    if (!resourceVersion)
      errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
    if (options.continue) errors.push(WITH_CONTINUE)
    if (match !== 'Exact' && match !== 'NotOlderThan')
      errors.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']))
    if (match === 'Exact' && resourceVersion === '0')
      errors.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  }
  if (options.sendInitialEvents !== undefined)
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  return errors
}

const watchErrors = (options: ListOptions): readonly FieldError[] => {
  const { resourceVersionMatch: match, sendInitialEvents } = options
  const errors: FieldError[] = []
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan')
    errors.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
  if (!match) return errors
  if (sendInitialEvents === undefined)
    errors.push(forbidden(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
  if (match !== 'NotOlderThan') errors.push(notSupported(MATCH, match, ['NotOlderThan']))
  if (options.continue) errors.push(WITH_CONTINUE)
  return errors
}
