import { isJsonObject, type JsonObject, type JsonValue } from '../../json-value.ts'
import { setMember } from '../../plan.ts'
import type { FieldType, ListType, MapType } from '../types/field-type.ts'
import { itemElement } from '../types/list-item.ts'
import { shapeOf } from '../types/shape.ts'

type Value = JsonValue | undefined

/**
 * What is held with a configuration on top: nothing goes, and where both name a leaf the configuration's counts. Items
 * are in the order of what is held, those that the configuration names in the order of the configuration.
 */
export const mergeValues = (type: FieldType, held: Value, config: Value): Value => {
  if (held === undefined) return config
  if (config === undefined) return held
  switch (shapeOf(type, config)) {
    case 'map':
      return mergeMaps(type.map!, held, config)
    case 'list':
      return mergeLists(type.list!, held, config)
    default:
      return config
  }
}

const mergeMaps = (map: MapType, held: JsonValue, config: JsonValue): Value => {
  if (map.atomic) return config
  const left = isJsonObject(held) ? held : {}
  const right = isJsonObject(config) ? config : {}
  if (Object.keys(left).length === 0 && Object.keys(right).length === 0) return config
  const merged: { [name: string]: JsonValue } = {}
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const type = map.fields.get(name)?.type ?? map.elements
    const [was, is] = [member(left, name), member(right, name)]
    const value = type === undefined ? (is ?? was) : mergeValues(type, was, is)
    if (value !== undefined) setMember(merged, name, value)
  }
  return merged
}

const member = (object: JsonObject, name: string): Value => (Object.hasOwn(object, name) ? object[name] : undefined)

const mergeLists = (list: ListType, held: JsonValue, config: JsonValue): Value => {
  const left: readonly JsonValue[] = Array.isArray(held) ? held : []
  const right: readonly JsonValue[] = Array.isArray(config) ? config : []
  if (list.atomic || (left.length === 0 && right.length === 0)) return config
  return mergeItems(list, left, right)
}

/** An item that is held more than once is merged with nothing. */
const firstOfEach = (elements: readonly string[], items: readonly JsonValue[]): ReadonlyMap<string, Value> => {
  const byElement = new Map<string, Value>()
  for (const [index, element] of elements.entries())
    byElement.set(element, byElement.has(element) ? null : items[index])
  return byElement
}

const mergeItems = (list: ListType, left: readonly JsonValue[], right: readonly JsonValue[]): readonly JsonValue[] => {
  const lefts = left.map((item) => itemElement(list, item, false))
  const rights = right.map((item) => itemElement(list, item, false))
  const held = firstOfEach(lefts, left)
  const wanted = firstOfEach(rights, right)
  const shared = rights.filter((element) => held.has(element))
  const merged: JsonValue[] = []
  const taken = new Set<string>()
  const add = (was: Value, is: Value): void => {
    const value = mergeValues(list.items, was, is)
    if (value !== undefined) merged.push(value)
  }
  let [l, r] = [0, 0]
  /** The next item of both, in the order of the configuration. */
  let next = shared.shift()
  while (l < lefts.length || r < rights.length) {
    const mine = lefts[l]
    const theirs = rights[r]
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        taken.add(mine)
        add(held.get(mine), wanted.get(mine))
        l++
        r++
        next = shared.shift()
        continue
      }
      if (wanted.has(mine) && next !== undefined && next !== mine) {
        // Both have it, and its turn comes by the configuration's order.
        l++
        continue
      }
    }
    if (mine !== undefined) {
      if (!wanted.has(mine)) {
        add(left[l], undefined)
        l++
        continue
      }
      if (taken.has(mine)) l++
    }
    if (theirs === undefined) continue
    taken.add(theirs)
    add(held.get(theirs), wanted.get(theirs))
    r++
    if (next === theirs) next = shared.shift()
  }
  return merged
}
