import { isJsonObject, type JsonValue, jsonEqual } from '../json-value.ts'
import { setMember } from '../plan.ts'

/**
 * `PATCH_MALFORMED`: not a JSON patch at all (Kubernetes answers 400 BadRequest with the message). `PATCH_TEST_FAILED`,
 * `PATCH_PATH_MISSING`: a patch that does not fit the object (422 Invalid with no words but the generic ones).
 * `PATCH_TOO_LARGE`: more than 10,000 operations, or copies that are too large together (413).
 */
type JsonPatchErrorCode = 'PATCH_MALFORMED' | 'PATCH_TEST_FAILED' | 'PATCH_PATH_MISSING' | 'PATCH_TOO_LARGE'

export class JsonPatchError extends Error {
  readonly code: JsonPatchErrorCode
  constructor(code: JsonPatchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'JsonPatchError'
    this.code = code
  }
}

const MAX_OPERATIONS = 10_000
/** Octets that `copy` operations may add to a document, all together: upstream's figure. */
const MAX_COPIED = 3 * 1024 * 1024

interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  readonly path: string
  readonly from?: string
  readonly value?: JsonValue
}

/**
 * Applies a JSON patch (RFC 6902) to a document and returns the new one; the document itself is not changed.
 *
 * @throws JsonPatchError; all or nothing, as RFC 6902 section 5 asks.
 */
export const applyJsonPatch = (document: JsonValue, patch: unknown): JsonValue => {
  const draft = new Draft(document)
  for (const operation of parseOperations(patch)) applyOperation(draft, operation)
  return draft.document
}

const parseOperations = (patch: unknown): readonly Operation[] => {
  if (!Array.isArray(patch)) throw new JsonPatchError('PATCH_MALFORMED', 'a JSON patch must be a list of operations')
  if (patch.length > MAX_OPERATIONS)
    throw new JsonPatchError(
      'PATCH_TOO_LARGE',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    )
  return patch.map((entry: unknown, index) => {
    if (!isJsonObject(entry)) throw new JsonPatchError('PATCH_MALFORMED', `operation ${index} is not an object`)
    const { op, path, from } = entry
    if (typeof path !== 'string') throw new JsonPatchError('PATCH_MALFORMED', `operation ${index} has no path`)
    switch (op) {
      case 'add':
      case 'replace':
      case 'test':
        if (!Object.hasOwn(entry, 'value') && op !== 'test')
          throw new JsonPatchError('PATCH_MALFORMED', `operation ${index} (${op} ${path}) has no value`)
        return { op, path, value: entry.value ?? null }
      case 'remove':
        return { op, path }
      case 'move':
      case 'copy':
        if (typeof from !== 'string')
          throw new JsonPatchError('PATCH_MALFORMED', `operation ${index} (${op} ${path}) has no from`)
        return { op, path, from }
      default:
        throw new JsonPatchError('PATCH_MALFORMED', `operation ${index}: unknown op ${JSON.stringify(op)}`)
    }
  })
}

const applyOperation = (draft: Draft, operation: Operation): void => {
  const path = parsePointer(operation.path)
  switch (operation.op) {
    case 'add':
    case 'replace':
      draft.edit(path, operation.path, operation.op, operation.value!)
      return
    case 'remove':
      draft.edit(path, operation.path, 'remove', null)
      return
    case 'test': {
      const found = find(draft.document, path)
      // An absent member passes a test for null: Kubernetes' library answers so, though RFC 6902 does not say it.
      if (!jsonEqual(found ?? null, operation.value!))
        throw new JsonPatchError('PATCH_TEST_FAILED', `testing value ${operation.path} failed`)
      return
    }
    case 'copy':
    case 'move': {
      const source = parsePointer(operation.from!)
      const value = find(draft.document, source)
      if (value === undefined)
        throw new JsonPatchError('PATCH_PATH_MISSING', `${operation.op}: nothing at ${operation.from}`)
      if (operation.op === 'copy') {
        draft.edit(path, operation.path, 'add', draft.copy(value))
        return
      }
      if (source.length < path.length && source.every((part, i) => part === path[i]))
        throw new JsonPatchError('PATCH_PATH_MISSING', `move: ${operation.from} cannot move into itself`)
      if (operation.from === operation.path) return
      draft.edit(source, operation.from!, 'remove', null)
      draft.edit(path, operation.path, 'add', value)
    }
  }
}

/** RFC 6901: `/spec/ports/0`, `~1` for a slash and `~0` for a tilde. */
const parsePointer = (pointer: string): readonly string[] => {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new JsonPatchError('PATCH_PATH_MISSING', `${pointer} is not a JSON pointer`)
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

const INDEX = /^(0|[1-9][0-9]*)$/

const find = (document: JsonValue, path: readonly string[]): JsonValue | undefined => {
  let at: JsonValue | undefined = document
  for (const part of path) {
    if (Array.isArray(at)) at = INDEX.test(part) ? at[Number(part)] : undefined
    else if (isJsonObject(at)) at = Object.hasOwn(at, part) ? at[part] : undefined
    else return undefined
  }
  return at
}

type Edit = 'add' | 'replace' | 'remove'
type Members = { [key: string]: JsonValue }

/**
 * A document on its way through a patch. A map or list is copied when it is first changed, and changed in place from
 * then on: 10,000 operations on a large map cost as many steps, not as many copies of it.
 */
class Draft {
  document: JsonValue
  /** Maps and lists that are this draft's own. */
  readonly #own = new WeakSet<object>()
  #copied = 0

  constructor(document: JsonValue) {
    this.document = document
  }

  edit(path: readonly string[], pointer: string, how: Edit, value: JsonValue): void {
    if (path.length === 0) {
      if (how === 'remove') throw new JsonPatchError('PATCH_PATH_MISSING', 'the whole document cannot be removed')
      this.document = value
      return
    }
    const missing = (): JsonPatchError =>
      new JsonPatchError('PATCH_PATH_MISSING', `${how} operation does not apply: doc is missing path: ${pointer}`)
    // Looked for first: a path that leads nowhere changes nothing.
    if (find(this.document, path.slice(0, -1)) === undefined) throw missing()
    let at = this.#owned(this.document, (own) => {
      this.document = own
    })
    for (const part of path.slice(0, -1)) {
      const parent = at
      at = this.#owned((parent as Members)[part], (own) => setMember(parent as Members, part, own))
    }
    const last = path.at(-1)!
    if (Array.isArray(at)) editList(at, last, how, value, missing)
    else if (isJsonObject(at)) editMap(at as Members, last, how, value, missing)
    else throw missing()
  }

  /** A copy of a value of the document. Throws where all copies together are too large. */
  copy(value: JsonValue): JsonValue {
    this.#count(1)
    if (typeof value === 'string') this.#count(value.length)
    if (Array.isArray(value)) return value.map((item: JsonValue) => this.copy(item))
    if (!isJsonObject(value)) return value
    const copied: Members = {}
    for (const key of Object.keys(value)) {
      this.#count(key.length)
      setMember(copied, key, this.copy(value[key]!))
    }
    return copied
  }

  #count(octets: number): void {
    this.#copied += octets
    if (this.#copied > MAX_COPIED)
      throw new JsonPatchError(
        'PATCH_TOO_LARGE',
        `Unable to complete the copy, the accumulated size increase of copy operations exceeds the limit ${MAX_COPIED}`,
      )
  }

  #owned(value: JsonValue | undefined, put: (own: JsonValue) => void): JsonValue {
    if (typeof value !== 'object' || value === null || this.#own.has(value)) return value as JsonValue
    const own: JsonValue = Array.isArray(value) ? [...value] : { ...value }
    this.#own.add(own as object)
    put(own)
    return own
  }
}

const editList = (
  list: JsonValue[],
  part: string,
  how: Edit,
  value: JsonValue,
  missing: () => JsonPatchError,
): void => {
  const index = part === '-' && how === 'add' ? list.length : INDEX.test(part) ? Number(part) : -1
  if (index < 0 || index > list.length - (how === 'add' ? 0 : 1)) throw missing()
  if (how === 'replace') list[index] = value
  else if (how === 'add') list.splice(index, 0, value)
  else list.splice(index, 1)
}

const editMap = (map: Members, part: string, how: Edit, value: JsonValue, missing: () => JsonPatchError): void => {
  if (how !== 'add' && !Object.hasOwn(map, part)) throw missing()
  if (how === 'remove') delete map[part]
  else setMember(map, part, value)
}
