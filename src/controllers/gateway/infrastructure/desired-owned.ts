import { sameValue } from '../../values/equal.ts'

type Fields = Readonly<Record<string, unknown>>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** A list of things with names, such as containers: each of them is looked at by itself. */
const isNamed = (value: unknown): value is readonly (Fields & { readonly name: string })[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isFields(one) && typeof one.name === 'string')

/**
 * What stands, with `owned` in it: all that is not named there stays as others have it, fields, keys of maps, and members
 * of lists whose members have names. The very same where nothing differs.
 */
export const withOwned = <T>(current: T, owned: unknown): T => merge(current, owned) as T

const merge = (current: unknown, owned: unknown): unknown => {
  if (isFields(owned) && isFields(current)) return mergeFields(current, owned)
  if (isNamed(owned) && isNamed(current)) {
    const left = new Map(owned.map((one) => [one.name, one]))
    const kept = current.map((one) => {
      const mine = left.get(one.name)
      left.delete(one.name)
      return mine === undefined ? one : mergeFields(one, mine)
    })
    const isSame = left.size === 0 && kept.every((one, at) => one === current[at])
    return isSame ? current : [...kept, ...left.values()]
  }
  return sameValue(current, owned) ? current : owned
}

const mergeFields = (current: Fields, owned: Fields): Fields => {
  const changed = Object.entries(owned).flatMap(([key, value]) => {
    const next = merge(current[key], value)
    return next === current[key] ? [] : [[key, next] as const]
  })
  return changed.length === 0 ? current : { ...current, ...Object.fromEntries(changed) }
}
