import { parseExactly } from '../json/long-integer.ts'
import { isJsonObject, type JsonValue } from '../json-value.ts'
import { setMember } from '../plan.ts'
import { utf8Bytes } from '../utf8.ts'
import { JsonPatchError } from './json-patch-error.ts'

/** Octets that `copy` operations may add to a document, all together: upstream's figure. */
const MOST_COPIED = 3 * 1024 * 1024

const MISSING = 'missing value'
const INVALID_INDEX = 'invalid index referenced'

type Members = { [key: string]: JsonValue }

/** Where a path leads: the map or list that it ends in, and the name of the member or item. */
interface Target {
  readonly container: Members | JsonValue[]
  readonly key: string
}

/**
 * A document on its way through a JSON patch. A map or list is copied when it is first changed, and changed in place
 * from then on: 10,000 operations on a large map cost as many steps, not as many copies of it. Its words are those of
 * the library that Kubernetes patches with, and so are its freedoms: indexes may be negative, and `replace` and `copy`
 * take a member that is not there for null.
 */
export class JsonDocument {
  root: JsonValue
  /** Maps and lists that are this document's own. */
  readonly #own = new WeakSet<object>()
  #copied = 0

  constructor(root: JsonValue) {
    this.root = root
  }

  /** Where a path leads; undefined where there is no such place. RFC 6901: `~1` for a slash and `~0` for a tilde. */
  find(path: string): Target | undefined {
    const [, ...parts] = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    const key = parts.pop()
    if (key === undefined) return undefined
    let at: JsonValue | undefined = this.root
    for (const part of parts) at = memberOf(at, part)
    if (typeof at !== 'object' || at === null) return undefined
    return { container: this.#owned(parts), key }
  }

  get({ container, key }: Target): JsonValue {
    if (!Array.isArray(container)) return (Object.hasOwn(container, key) ? container[key] : undefined) ?? null
    return container[indexOf(container, key)]!
  }

  add({ container, key }: Target, value: JsonValue): void {
    if (!Array.isArray(container)) setMember(container, key, value)
    else if (key === '-') container.push(value)
    else container.splice(newIndexOf(container, key), 0, value)
  }

  replace(target: Target, value: JsonValue): void {
    const { container, key } = target
    if (Array.isArray(container)) container[indexOf(container, key)] = value
    else setMember(container, key, value)
  }

  remove({ container, key }: Target): void {
    if (Array.isArray(container)) container.splice(indexOf(container, key), 1)
    else if (Object.hasOwn(container, key)) delete container[key]
    else throw new JsonPatchError('PATCH_UNFIT', `Unable to remove nonexistent key: ${key}: ${MISSING}`)
  }

  /** A copy of a value of the document. Throws where all copies together are too large. */
  copy(value: JsonValue): JsonValue {
    const text = JSON.stringify(value)
    this.#copied += utf8Bytes(text).length
    if (this.#copied > MOST_COPIED)
      throw new JsonPatchError(
        'PATCH_UNFIT',
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copied}, exceeding the limit ${MOST_COPIED}`,
      )
    return parseExactly(text) as JsonValue
  }

  /** What a path leads to, as this document's own, with all on the way there. */
  #owned(parts: readonly string[]): Members | JsonValue[] {
    let at = this.#ownedValue(this.root, (own) => {
      this.root = own
    })
    for (const part of parts) {
      const parent = at
      const key = Array.isArray(parent) ? indexOf(parent, part) : part
      at = this.#ownedValue((parent as Members)[key]!, (own) => setMember(parent as Members, String(key), own))
    }
    return at
  }

  #ownedValue(value: JsonValue, put: (own: JsonValue) => void): Members | JsonValue[] {
    if (this.#own.has(value as object)) return value as Members
    const own = Array.isArray(value) ? [...value] : { ...(value as Members) }
    this.#own.add(own)
    put(own)
    return own
  }
}

/** undefined where there is none, or it has nothing in it. */
const memberOf = (at: JsonValue | undefined, part: string): JsonValue | undefined => {
  if (isJsonObject(at)) return Object.hasOwn(at, part) ? at[part] : undefined
  if (!Array.isArray(at)) return undefined
  const index = parseIndex(part)
  return index === undefined ? undefined : at.at(index)
}

/** As Go's Atoi reads it. */
const parseIndex = (part: string): number | undefined => (/^[+-]?[0-9]+$/.test(part) ? Number(part) : undefined)

/** The place of an item that is there. Throws JsonPatchError. */
const indexOf = (list: readonly JsonValue[], key: string): number => {
  const index = parseIndex(key)
  if (index === undefined) throw new JsonPatchError('PATCH_UNFIT', notANumber(key))
  if (index >= list.length || index < -list.length) throw invalidIndex(index)
  return index < 0 ? index + list.length : index
}

/** The place of an item that is to come. Throws JsonPatchError. */
const newIndexOf = (list: readonly JsonValue[], key: string): number => {
  const index = parseIndex(key)
  if (index === undefined)
    throw new JsonPatchError('PATCH_UNFIT', `value was not a proper array index: '${key}': ${notANumber(key)}`)
  if (index > list.length || index < -list.length - 1) throw invalidIndex(index)
  return index < 0 ? index + list.length + 1 : index
}

const notANumber = (key: string): string => `strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`

const invalidIndex = (index: number): JsonPatchError =>
  new JsonPatchError('PATCH_UNFIT', `Unable to access invalid index: ${index}: ${INVALID_INDEX}`)
