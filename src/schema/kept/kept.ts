import type { Field, Fields, MessageClass, Presence, Type } from '../schema.ts'

/**
 * What of a message somebody keeps: `true` the whole of a field, a table what of the messages in it, a list of texts
 * which keys of a map. A field that is not named is not kept.
 */
export type Keep<T> = {
  readonly [K in keyof T]?: true | KeepIn<NonNullable<T[K]>>
}
type KeepIn<V> = V extends readonly (infer I)[]
  ? Keep<I>
  : V extends { readonly [key: string]: string }
    ? readonly string[]
    : Keep<V>
type LooseKeep = { readonly [name: string]: true | readonly string[] | LooseKeep | undefined }

const keptMessages = new WeakSet<MessageClass<unknown>>()

/** The message with no other fields than those: what is read by it holds nothing else. It is not for writing. */
export const keptOf = <T>(message: MessageClass<T>, keep: Keep<T>): MessageClass<T> => {
  const fields: Record<string, Field<unknown, Presence>> = {}
  for (const [name, field] of Object.entries(message.fields as Fields)) {
    const part = (keep as LooseKeep)[name]
    if (part === true) fields[name] = field
    else if (Array.isArray(part)) fields[name] = { ...field, options: { ...field.options, only: part as string[] } }
    else if (part !== undefined)
      fields[name] = { ...field, type: keptOf(field.type as MessageClass<object>, part as Keep<object>) }
  }
  for (const name of Object.keys(keep))
    if (!Object.hasOwn(fields, name) && name !== 'apiVersion' && name !== 'kind')
      throw new TypeError(`${message.messageName} has no field '${name}' that could be kept`)
  return declaredAs(message, fields)
}

/** A list's message whose items are kept in part. */
export const keptList = (list: MessageClass<unknown>, item: MessageClass<unknown>): MessageClass<unknown> => {
  const { items, ...others } = list.fields as Fields
  return declaredAs(list, { ...others, items: { ...items!, type: item } })
}

const declaredAs = <T>(message: MessageClass<T>, fields: Fields): MessageClass<T> => {
  class Message {}
  const { messageName, package: home, options, gvk, open } = message
  const made = Object.assign(Message, { messageName, package: home, options, fields, gvk, open }) as unknown
  keptMessages.add(made as MessageClass<unknown>)
  return made as MessageClass<T>
}

type Members = { readonly [name: string]: unknown }

/** An object that came as JSON, as it would be had it been read by this message. */
export const keepOnly = <T>(message: MessageClass<T>, object: T): T => {
  if (!keptMessages.has(message)) return object
  const kept: Record<string, unknown> = {}
  const { apiVersion, kind } = object as Members
  if (message.gvk !== undefined) {
    if (apiVersion !== undefined) kept.apiVersion = apiVersion
    if (kind !== undefined) kept.kind = kind
  }
  for (const [name, field] of Object.entries(message.fields as Fields)) {
    const value = (object as Members)[name]
    if (value === undefined) continue
    const part = keptValue(field, value)
    if (part !== undefined) kept[name] = part
  }
  return kept as T
}

const keptValue = (field: Field<unknown, Presence>, value: unknown): unknown => {
  const { only } = field.options
  if (only !== undefined) {
    const entries = Object.entries(value as Members).filter(([key]) => only.includes(key))
    return entries.length === 0 ? undefined : Object.fromEntries(entries)
  }
  if (value === null || !isMessage(field.type)) return value
  const { type } = field
  return Array.isArray(value) ? value.map((item) => keepOnly(type, item)) : keepOnly(type, value)
}

const isMessage = (type: Type<unknown>): type is MessageClass<unknown> => 'messageName' in type
