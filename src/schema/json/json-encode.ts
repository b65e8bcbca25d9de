import { type FieldPlan, Kind, type MessagePlan, setMember, zeroOf } from '../plan.ts'

type Members = { readonly [key: string]: unknown }
type Draft = { [key: string]: unknown }

const EMPTY: Members = {}

/**
 * The JSON value of a message as the API server writes it: kind and apiVersion, then the table's fields in their order;
 * zero values of `field` fields left out, of `required` ones written; null for an absent Time and for an absent list
 * that JSON always shows.
 */
export const toJson = (plan: MessagePlan, object: Members, root: boolean): Draft => {
  const out: Draft = {}
  if (plan.gvk !== undefined) {
    // What an object says of itself stands; items of a list say nothing.
    const [apiVersion, kind] = object.kind === undefined && root ? plan.gvk : [object.apiVersion, object.kind]
    if (kind !== undefined && kind !== '') out.kind = kind
    if (apiVersion !== undefined && apiVersion !== '') out.apiVersion = apiVersion
  }
  for (const field of plan.flat) writeField(out, field, object[field.name])
  return out
}

const writeField = (out: Draft, field: FieldPlan, value: unknown): void => {
  const absent = value === undefined || value === null
  switch (field.presence) {
    case 'list':
      if (absent) {
        if (field.always) out[field.name] = null
      } else if (field.always || (value as unknown[]).length > 0)
        out[field.name] =
          field.kind === Kind.message ? (value as Members[]).map((item) => toJson(field.message!, item, false)) : value
      return
    case 'map':
      if (absent) {
        if (field.always) out[field.name] = null
      } else writeMap(out, field, value as Members)
      return
    case 'optional':
      if (!absent)
        out[field.name] = field.kind === Kind.message ? toJson(field.message!, value as Members, false) : value
      else if (field.always) out[field.name] = null
      return
    default:
      writeValue(out, field, absent ? undefined : value)
  }
}

const writeValue = (out: Draft, field: FieldPlan, value: unknown): void => {
  if (field.kind === Kind.message)
    out[field.name] = toJson(field.message!, (value as Members | undefined) ?? EMPTY, false)
  else if (field.kind > Kind.message) {
    const held = value ?? zeroOf(field.kind) ?? null
    if (held !== null || !field.omitZero) out[field.name] = held
  } else if (field.presence === 'required') out[field.name] = value ?? zeroOf(field.kind)
  else if (value !== undefined && value !== '' && value !== 0 && value !== false) out[field.name] = value
}

/** Go writes a map's keys sorted by their bytes. */
const writeMap = (out: Draft, field: FieldPlan, value: Members): void => {
  const keys = Object.keys(value)
  if (keys.length === 0 && !field.always) return
  if (keys.length > 1) keys.sort(compareUtf8)
  const entries: Draft = {}
  for (const key of keys) {
    const item = value[key]
    setMember(entries, key, field.kind === Kind.message ? toJson(field.message!, item as Members, false) : item)
  }
  out[field.name] = entries
}

/**
 * Orders two strings by their bytes in UTF-8: as UTF-16 orders them, save that surrogates come after the rest of the
 * first plane.
 */
export const compareUtf8 = (left: string, right: string): number => {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)]
    if (a === b) continue
    const [aPair, bPair] = [a >= 0xd800 && a <= 0xdfff, b >= 0xd800 && b <= 0xdfff]
    if (aPair !== bPair) return aPair ? 1 : -1
    return a - b
  }
  return left.length - right.length
}
