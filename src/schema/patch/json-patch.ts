import { isJsonObject, type JsonObject, type JsonValue, jsonEqual } from '../json-value.ts'
import { own } from '../own.ts'
import { JsonDocument } from './json-document.ts'
import { JsonPatchError } from './json-patch-error.ts'

const MOST_OPERATIONS = 10_000
const MISSING = 'missing value'

/**
 * Applies a JSON patch (RFC 6902) to a document and returns the new one; the document itself is not changed.
 *
 * @throws JsonPatchError; all or nothing, as RFC 6902 section 5 asks.
 */
export const applyJsonPatch = (root: JsonValue, patch: unknown): JsonValue => {
  const document = new JsonDocument(root)
  for (const operation of operationsOf(patch)) apply(document, operation)
  return document.root
}

const operationsOf = (patch: unknown): readonly JsonObject[] => {
  if (patch === null) return []
  if (!Array.isArray(patch)) throw malformed(patch, 'jsonpatch.Patch')
  for (const operation of patch)
    if (operation !== null && !isJsonObject(operation)) throw malformed(operation, 'jsonpatch.Operation')
  if (patch.length > MOST_OPERATIONS)
    throw new JsonPatchError(
      'PATCH_TOO_LARGE',
      `The allowed maximum operations in a JSON patch is ${MOST_OPERATIONS}, got ${patch.length}`,
    )
  return patch.map((operation) => operation ?? {})
}

const malformed = (value: unknown, type: string): JsonPatchError =>
  new JsonPatchError('PATCH_MALFORMED', `json: cannot unmarshal ${jsonType(value)} into Go value of type ${type}`)

/** The type of a value of JSON, in the words of Go's decoder. */
const jsonType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value

type Apply = (document: JsonDocument, operation: JsonObject) => void

const apply: Apply = (document, operation) => {
  const op = typeof operation.op === 'string' ? operation.op : 'unknown'
  const does = own(OPERATIONS, op)
  if (does === undefined) throw unfit(`Unexpected kind: ${op}`)
  does(document, operation)
}

const add: Apply = (document, operation) => {
  const path = pathOf(operation, () => `add operation failed to decode path: ${MISSING}`)
  const target = targetOf(document, path, `add operation does not apply: doc is missing path: "${path}"`)
  within(`error in add for path: '${path}'`, () => document.add(target, operation.value ?? null))
}

const remove: Apply = (document, operation) => {
  const path = pathOf(operation, () => `remove operation failed to decode path: ${MISSING}`)
  const target = targetOf(document, path, `remove operation does not apply: doc is missing path: "${path}"`)
  within(`error in remove for path: '${path}'`, () => document.remove(target))
}

const replace: Apply = (document, operation) => {
  const value = operation.value ?? null
  const path = pathOf(operation, (why) => `replace operation failed to decode path: ${why}`)
  if (path === '') {
    if (typeof value !== 'object' || value === null)
      throw unfit('replace operation value must be object or array: %!w(<nil>)')
    document.root = value
    return
  }
  const target = targetOf(document, path, `replace operation does not apply: doc is missing path: ${path}`)
  within(
    () => `replace operation does not apply: doc is missing key: ${path}: ${MISSING}`,
    () => document.get(target),
  )
  document.replace(target, value)
}

const test: Apply = (document, operation) => {
  const path = pathOf(operation, (why) => `test operation failed to decode path: ${why}`)
  let found = document.root
  if (path !== '') {
    const target = targetOf(document, path, `test operation does not apply: is missing path: ${path}`)
    found = within(`error in test for path: '${path}'`, () => document.get(target))
  }
  // A member that is not there passes a test for null.
  if (!jsonEqual(found, operation.value ?? null))
    throw new JsonPatchError('PATCH_UNFIT', `testing value ${path} failed: test failed`, true)
}

const move: Apply = (document, operation) => {
  const from = memberText(operation, 'from', (why) => `move operation failed to decode from: ${why}`)
  const source = targetOf(document, from, `move operation does not apply: doc is missing from path: ${from}`)
  const value = within(`error in move for path: '${source.key}'`, () => {
    const found = document.get(source)
    document.remove(source)
    return found
  })
  const path = pathOf(operation, (why) => `move operation failed to decode path: ${why}`)
  const target = targetOf(document, path, `move operation does not apply: doc is missing destination path: ${path}`)
  within(`error in move for path: '${path}'`, () => document.add(target, value))
}

const copy: Apply = (document, operation) => {
  const from = memberText(operation, 'from', (why) => `copy operation failed to decode from: ${why}`)
  const source = targetOf(document, from, `copy operation does not apply: doc is missing from path: ${from}`)
  const value = within(`error in copy for from: '${from}'`, () => document.get(source))
  const path = pathOf(operation, () => `copy operation failed to decode path: ${MISSING}`)
  const target = targetOf(document, path, `copy operation does not apply: doc is missing destination path: ${path}`)
  const copied = document.copy(value)
  within('error while adding value during copy', () => document.add(target, copied))
}

const OPERATIONS: { readonly [op: string]: Apply } = { add, remove, replace, test, move, copy }

const unfit = (message: string): JsonPatchError => new JsonPatchError('PATCH_UNFIT', message)

const targetOf = (document: JsonDocument, path: string, missing: string) => {
  const target = document.find(path)
  if (target === undefined) throw unfit(`${missing}: ${MISSING}`)
  return target
}

const pathOf = (operation: JsonObject, refusal: (why: string) => string): string =>
  memberText(operation, 'path', refusal)

const memberText = (operation: JsonObject, name: 'path' | 'from', refusal: (why: string) => string): string => {
  const text = operation[name] ?? null
  if (typeof text === 'string') return text
  const why =
    text === null
      ? `operation${name === 'from' ? ',' : ''} missing ${name} field: ${MISSING}`
      : `json: cannot unmarshal ${jsonType(text)} into Go value of type string`
  throw unfit(refusal(why))
}

/** Words before, or in place of, those of a refusal. */
const within = <T>(words: string | (() => string), step: () => T): T => {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error
    throw unfit(typeof words === 'string' ? `${words}: ${error.message}` : words())
  }
}
