import { crc32 } from 'node:zlib'
import type { ApiObject, Resource } from '#api/resource.ts'
import { type Change, type LoadedChange, resourceName } from '../journal.ts'
import { UnreadObject } from '../unread-object.ts'
import { objectReader } from './object-reader.ts'

/** A change as it crosses threads and is written; `resource` is `group/plural`, `object` JSON. */
export type Row = readonly [
  revision: number,
  resource: string,
  key: string,
  replaces: number | null,
  deleted: 0 | 1,
  object: string,
]

/** `nameOf` names a set of owned fields, which is written apart; undefined for one that is written where it stands. */
export const rowOf = (
  { revision, resource, key, replaces, deleted, object }: Change,
  nameOf: (set: object) => string | undefined,
): Row => [
  revision,
  resourceName(resource),
  key,
  replaces ?? null,
  deleted ? 1 : 0,
  JSON.stringify(withNames(object, nameOf)),
]

const withNames = (object: ApiObject, nameOf: (set: object) => string | undefined): object => {
  const { metadata } = object
  if (metadata?.managedFields === undefined) return object
  const managedFields = metadata.managedFields.map((entry) => {
    const set: unknown = entry.fieldsV1
    const name = typeof set === 'object' && set !== null ? nameOf(set) : undefined
    return name === undefined ? entry : { ...entry, fieldsV1: name }
  })
  return { ...object, metadata: { ...metadata, managedFields } }
}

/** Of all that a row says. SQLite keeps none over what is in its file. */
export const checksum = ([revision, resource, key, replaces, deleted, object]: Row): number =>
  crc32(object, crc32(`${revision} ${resource} ${key} ${replaces} ${deleted} `))

/**
 * What is loaded of a row: all that its sum is over as one text, which SQLite joins in less time than we take its parts;
 * the sum; and the key, which may hold spaces.
 */
export const LOADED_COLUMNS = `revision || ' ' || resource || ' ' || key || ' ' || ifnull(replaces, 'null') || ' ' || deleted || ' ' || object, crc, revision, key`

/** Without a text where a part of it is missing. */
export type LoadedRow = readonly [whole: string | null, crc: number, revision: number, key: string]

/**
 * Back again, for one row after the other, with the sets that rows name; undefined for one whose sum is another. An object
 * that is no JSON, or names what is not there, throws SyntaxError when it is asked for.
 */
export const changeReader = (sets: ReadonlyMap<string, string>): ((row: LoadedRow) => LoadedChange | undefined) => {
  const read = objectReader(sets)
  const resources = new Map<string, Pick<Resource, 'group' | 'plural'>>()
  const resourceOf = (text: string): Pick<Resource, 'group' | 'plural'> => {
    let resource = resources.get(text)
    if (resource === undefined) {
      const slash = text.indexOf('/')
      resource = { group: text.slice(0, slash), plural: text.slice(slash + 1) }
      resources.set(text, resource)
    }
    return resource
  }
  return ([whole, crc, revision, key]) => {
    if (whole === null || crc32(whole) !== crc) return undefined
    const afterRevision = whole.indexOf(' ')
    const afterResource = whole.indexOf(' ', afterRevision + 1)
    const afterKey = afterResource + 1 + key.length
    const afterReplaces = whole.indexOf(' ', afterKey + 1)
    const replaces = whole.slice(afterKey + 1, afterReplaces)
    return {
      revision,
      resource: resourceOf(whole.slice(afterRevision + 1, afterResource)),
      key,
      replaces: replaces === 'null' ? undefined : Number(replaces),
      deleted: whole[afterReplaces + 1] === '1',
      object: new UnreadObject(whole.slice(afterReplaces + 3), read),
    }
  }
}
