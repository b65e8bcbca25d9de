import { WAITING } from '#api/gatewayapi/shared/limits.ts'
import type { Condition } from '#api/meta/condition.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { sameValue } from '../../values/equal.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { type Entry, type Fields, isOurEntry, isShared, listOf, OWN_TYPES } from './desired-parts.ts'

interface WithStatus {
  readonly metadata?: Pick<ObjectMeta, 'managedFields'>
  readonly status?: Fields
}

/**
 * The status without what this controller has said in it, which is nobody's any more; undefined where it has said nothing.
 * Entries of routes and policies say whose they are. Of all else the server knows who wrote it last; what somebody has
 * written over is theirs.
 */
export const withoutOurs = ({ metadata, status }: WithStatus): Fields | undefined => {
  if (status === undefined) return undefined
  const isWritten = writtenBy(metadata?.managedFields ?? [])
  const left = Object.entries(status).flatMap(([key, value]): readonly [string, unknown][] => {
    if (isShared(key)) return [[key, listOf<Entry>(value).filter((one) => !isOurEntry(one))]]
    if (key === 'conditions')
      return rest(
        key,
        listOf<Condition>(value).filter((one) => !isOurCondition(one, isWritten)),
      )
    if (key === 'listeners')
      return rest(
        key,
        listOf<Fields>(value).filter(({ name }) => !isWritten(key, memberKey({ name }))),
      )
    return isWritten(key) ? [] : [[key, value]]
  })
  const next = Object.fromEntries(left) as Fields
  return sameValue(next, status) ? undefined : next
}

/** Without any, the definition says by itself what is so in the beginning. */
const rest = (key: string, members: readonly unknown[]): readonly [string, unknown][] =>
  members.length === 0 ? [] : [[key, members]]

/** What the definition says by itself stands in what this controller has written, too, and comes again where it is taken away. */
const isOurCondition = ({ type, message }: Condition, isWritten: IsWritten): boolean =>
  OWN_TYPES.has(type) && message !== WAITING && isWritten('conditions', memberKey({ type }))

/** Whether this controller alone has written a field of the status, or a member of a list in it. */
type IsWritten = (field: string, member?: string) => boolean

const writtenBy = (entries: NonNullable<ObjectMeta['managedFields']>): IsWritten => {
  const writers = entries.flatMap(({ manager, fieldsV1 }) => {
    const status = fieldsOf(fieldsV1)?.['f:status']
    return status === undefined ? [] : [{ isOurs: manager === FIELD_MANAGER, status }]
  })
  return (field, member) => {
    const has = writers.filter(({ status }) => {
      const found = fieldsOf(fieldsOf(status)?.[`f:${field}`])
      return found !== undefined && (member === undefined || isWhole(found) || found[member] !== undefined)
    })
    return has.some(({ isOurs }) => isOurs) && has.every(({ isOurs }) => isOurs)
  }
}

/** Of a list whose members are not told apart. */
const isWhole = (found: Fields): boolean => Object.keys(found).length === 0
const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null ? (value as Fields) : undefined
/** As `fieldsV1` names a member of a list that has a key. */
const memberKey = (key: object): string => `k:${JSON.stringify(key)}`
