import { isJsonObject, type JsonObject, type JsonValue, jsonEqual } from '../../json-value.ts'
import type { MessageClass } from '../../schema.ts'
import { lookUp } from '../strategic/place.ts'

type Patch = { [name: string]: JsonValue }
type Message = MessageClass<unknown>

/**
 * The strategic merge patch that makes one object of another, as kubectl makes it: what goes is null or deleted by name,
 * what is merged is told by what changes in it, and each list that is merged with the order of all that it is to have.
 */
export const strategicDifference = (message: Message | undefined, from: JsonObject, to: JsonObject): JsonObject => {
  const patch: Patch = {}
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [was, is] = [from[name], to[name]]
    if (jsonEqual(was ?? null, is ?? null)) continue
    const field = message && lookUp(message, name)
    const { patch: strategy = '', patchKey } = field?.options ?? {}
    const below = field && 'messageName' in field.type ? field.type : undefined
    if (is === undefined) patch[name] = null
    else if (strategy.startsWith('merge') && Array.isArray(was) && Array.isArray(is))
      mergeList(patch, name, { was, is, patchKey, below, strategy })
    else if (isJsonObject(was) && isJsonObject(is))
      patch[name] = retaining(strategy, is, strategicDifference(field?.presence === 'map' ? undefined : below, was, is))
    else patch[name] = is
  }
  return patch
}

const retaining = (strategy: string, is: JsonObject, difference: JsonObject): JsonObject =>
  strategy.includes('retainKeys') ? { ...difference, $retainKeys: Object.keys(is) } : difference

interface MergedList {
  readonly was: readonly JsonValue[]
  readonly is: readonly JsonValue[]
  readonly patchKey: string | undefined
  readonly below: Message | undefined
  readonly strategy: string
}

const mergeList = (patch: Patch, name: string, { was, is, patchKey, below, strategy }: MergedList): void => {
  if (patchKey === undefined) {
    const gone = was.filter((item) => !is.includes(item))
    if (gone.length > 0) patch[`$deleteFromPrimitiveList/${name}`] = gone
    patch[name] = is.filter((item) => !was.includes(item))
    patch[`$setElementOrder/${name}`] = is
    return
  }
  const keyOf = (item: JsonValue): JsonValue => (item as JsonObject)[patchKey]!
  const before = new Map(was.map((item) => [keyOf(item), item as JsonObject]))
  const changed = (is as readonly JsonObject[]).flatMap((item) => {
    const old = before.get(keyOf(item))
    before.delete(keyOf(item))
    if (old === undefined) return [item]
    if (jsonEqual(old, item)) return []
    const difference = strategicDifference(below, old, item)
    return [{ ...retaining(strategy, item, difference), [patchKey]: keyOf(item) }]
  })
  const gone = [...before.keys()].map((key) => ({ [patchKey]: key, $patch: 'delete' }))
  patch[name] = [...changed, ...gone]
  patch[`$setElementOrder/${name}`] = is.map((item) => ({ [patchKey]: keyOf(item) }))
}
