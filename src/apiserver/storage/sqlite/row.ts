import { crc32 } from 'node:zlib'
import type { Resource } from '#api/resource.ts'
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

export const rowOf = ({ revision, resource, key, replaces, deleted, object }: Change): Row => [
  revision,
  resourceName(resource),
  key,
  replaces ?? null,
  deleted ? 1 : 0,
  JSON.stringify(object),
]

/** Of all that a row says. SQLite keeps none over what is in its file. */
export const checksum = ([revision, resource, key, replaces, deleted, object]: Row): number =>
  crc32(object, crc32(`${revision} ${resource} ${key} ${replaces} ${deleted} `))

/** Back again, for one row after the other; an object that is no JSON throws SyntaxError when it is asked for. */
export const changeReader = (): ((row: Row) => LoadedChange) => {
  const read = objectReader()
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
  return ([revision, resource, key, replaces, deleted, object]) => ({
    revision,
    resource: resourceOf(resource),
    key,
    replaces: replaces ?? undefined,
    deleted: deleted === 1,
    object: new UnreadObject(object, read),
  })
}
