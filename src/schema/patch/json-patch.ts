import { isJsonObject, type JsonValue, jsonEqual } from '../json-value.ts'

/**
 * `PATCH_MALFORMED`: not a JSON patch at all (Kubernetes answers 400 BadRequest with the message). `PATCH_TEST_FAILED`,
 * `PATCH_PATH_MISSING`: a patch that does not fit the object (422 Invalid with no words but the generic ones).
 * `PATCH_TOO_LARGE`: more than 10,000 operations (413).
 */
export type JsonPatchErrorCode = 'PATCH_MALFORMED' | 'PATCH_TEST_FAILED' | 'PATCH_PATH_MISSING' | 'PATCH_TOO_LARGE'

export class JsonPatchError extends Error {
  readonly code: JsonPatchErrorCode
  constructor(code: JsonPatchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'JsonPatchError'
    this.code = code
  }
}

const MAX_OPERATIONS = 10_000

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
  let result = document
  for (const operation of parseOperations(patch)) result = applyOperation(result, operation)
  return result
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

const applyOperation = (document: JsonValue, operation: Operation): JsonValue => {
  const path = parsePointer(operation.path)
  switch (operation.op) {
    case 'add':
      return edit(document, path, operation.path, 'add', operation.value!)
    case 'replace':
      return edit(document, path, operation.path, 'replace', operation.value!)
    case 'remove':
      return edit(document, path, operation.path, 'remove', null)
    case 'test': {
      const found = find(document, path)
      // An absent member passes a test for null: Kubernetes' library answers so, though RFC 6902 does not say it.
      if (!jsonEqual(found ?? null, operation.value!))
        throw new JsonPatchError('PATCH_TEST_FAILED', `testing value ${operation.path} failed`)
      return document
    }
    case 'copy':
    case 'move': {
      const source = parsePointer(operation.from!)
      const value = find(document, source)
      if (value === undefined)
        throw new JsonPatchError('PATCH_PATH_MISSING', `${operation.op}: nothing at ${operation.from}`)
      if (operation.op === 'copy') return edit(document, path, operation.path, 'add', value)
      if (source.length < path.length && source.every((part, i) => part === path[i]))
        throw new JsonPatchError('PATCH_PATH_MISSING', `move: ${operation.from} cannot move into itself`)
      if (operation.from === operation.path) return document
      return edit(edit(document, source, operation.from!, 'remove', null), path, operation.path, 'add', value)
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

const edit = (at: JsonValue, path: readonly string[], pointer: string, how: Edit, value: JsonValue): JsonValue => {
  if (path.length === 0) {
    if (how === 'remove') throw new JsonPatchError('PATCH_PATH_MISSING', 'the whole document cannot be removed')
    return value
  }
  const [part, ...rest] = path as readonly [string, ...string[]]
  const missing = (): JsonPatchError =>
    new JsonPatchError('PATCH_PATH_MISSING', `${how} operation does not apply: doc is missing path: ${pointer}`)
  if (Array.isArray(at)) {
    const list: JsonValue[] = [...at]
    const index =
      part === '-' && how === 'add' && rest.length === 0 ? list.length : INDEX.test(part) ? Number(part) : -1
    if (index < 0 || index > list.length) throw missing()
    if (rest.length > 0 || how === 'replace') {
      if (index >= list.length) throw missing()
      list[index] = edit(list[index]!, rest, pointer, how, value)
    } else if (how === 'add') list.splice(index, 0, value)
    else {
      if (index >= list.length) throw missing()
      list.splice(index, 1)
    }
    return list
  }
  if (!isJsonObject(at)) throw missing()
  const present = Object.hasOwn(at, part)
  if (!present && (rest.length > 0 || how !== 'add')) throw missing()
  const entries = Object.entries(at).filter(([key]) => !(key === part && rest.length === 0 && how === 'remove'))
  const result: { [key: string]: JsonValue } = Object.fromEntries(entries)
  if (rest.length > 0 || how !== 'remove') {
    const next = rest.length === 0 ? value : edit(at[part]!, rest, pointer, how, value)
    Object.defineProperty(result, part, { value: next, enumerable: true, configurable: true, writable: true })
  }
  return result
}
