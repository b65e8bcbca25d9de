import { canonicalJson, inGoOrder, isJsonObject } from '../json-value.ts'
import { own } from '../own.ts'
import type { Structural } from './structural.ts'
import type { Problem } from './validate/problem.ts'

const duplicate = (field: string, badValue: unknown): Problem => ({
  type: 'Duplicate',
  field,
  badValue: inGoOrder(badValue),
  detail: '',
})

/** The places at which a value stands the second time; a third is not told of. */
const secondTimes = (values: readonly unknown[]): readonly number[] => {
  const seen = new Map<string, number>()
  return values.flatMap((value, index) => {
    const text = value === undefined ? '' : canonicalJson(value)
    const times = seen.get(text) ?? 0
    seen.set(text, times + 1)
    return times === 1 ? [index] : []
  })
}

/** What tells the items of a list apart: the members that are its keys, as far as an item has them. */
const keyOf = (item: unknown, keys: readonly string[]): { readonly [name: string]: unknown } =>
  Object.fromEntries(
    keys.flatMap((key) => {
      const value = isJsonObject(item) ? own(item, key) : undefined
      return value === undefined ? [] : [[key, value]]
    }),
  )

const checkList = (items: readonly unknown[], node: Structural, path: string): readonly Problem[] => {
  if (node.listType === 'set') return secondTimes(items).map((at) => duplicate(`${path}[${at}]`, items[at]))
  if (node.listType !== 'map') return []
  const stray = items.findIndex((item) => item !== null && !isJsonObject(item))
  if (stray >= 0)
    return [
      {
        type: 'Invalid',
        field: `${path}[${stray}]`,
        badValue: inGoOrder(items[stray]),
        detail: 'must be an object for an array of list-type map',
      },
    ]
  const keys = items.map((item) => keyOf(item, node.listKeys))
  return secondTimes(keys).map((at) => duplicate(`${path}[${at}]`, keys[at]))
}

/** Items of sets that are there twice, and of maps that have one key; in the order of names. */
export const checkListTypes = (value: unknown, node: Structural | undefined, path = ''): readonly Problem[] => {
  if (node === undefined) return []
  if (Array.isArray(value))
    return [
      ...checkList(value, node, path),
      ...value.flatMap((item, index) => checkListTypes(item, node.items, `${path}[${index}]`)),
    ]
  if (!isJsonObject(value)) return []
  return Object.keys(value)
    .sort()
    .flatMap((name) => {
      const known = node.properties.get(name)
      if (known !== undefined) return checkListTypes(value[name], known, path === '' ? name : `${path}.${name}`)
      return typeof node.additional === 'object' ? checkListTypes(value[name], node.additional, `${path}[${name}]`) : []
    })
}
