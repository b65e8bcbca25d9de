import { ObjectMeta } from '#api/meta/object-meta.ts'
import { SCALAR_SCHEMAS } from '#schema/openapi/scalar-schemas.ts'
import type { Fields, MessageClass, Presence, Scalar, Type } from '#schema/schema.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import type { MessageLimits } from './limits.ts'

/** Limits by their messages. */
type LimitsTable = ReadonlyMap<MessageClass<unknown>, MessageLimits>

export const limitsTable = (...of: readonly (readonly MessageLimits[])[]): LimitsTable =>
  new Map(of.flat().map((limits) => [limits.message, limits]))

type AnyField = Fields[string]
type AnyType = Type<unknown> & {
  readonly kind?: string
  readonly scalar?: Scalar<unknown>['scalar']
  readonly values?: readonly string[]
  readonly special?: string
}

const isMessage = (type: AnyType): boolean => typeof type === 'function'

const typeSchema = (type: AnyType, table: LimitsTable): JsonSchema => {
  if (isMessage(type)) return messageSchema(type as MessageClass<unknown>, table)
  if (type.values !== undefined) return { type: 'string', enum: type.values }
  if (type.scalar !== undefined) return SCALAR_SCHEMAS[type.scalar]
  if (type.special === 'time') return { type: 'string', format: 'date-time' }
  throw new TypeError(`no schema for ${type.kind} ${type.special ?? ''}`)
}

const listOf = ({ options }: AnyField): JsonSchema =>
  options.keys === undefined
    ? { 'x-kubernetes-list-type': options.list ?? 'atomic' }
    : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': options.keys }

const formatted = (schema: JsonSchema): JsonSchema => {
  const { format, ...rest } = schema
  return format === undefined ? rest : schema
}

const fieldSchema = (one: AnyField, parts: readonly JsonSchema[], table: LimitsTable): JsonSchema => {
  const more: JsonSchema = Object.assign({}, ...parts)
  const rules = parts.flatMap((part) => part['x-kubernetes-validations'] ?? [])
  const inner = typeSchema(one.type as AnyType, table)
  const { items, additionalProperties, ...rest } = more
  const containers: { readonly [P in Presence]?: () => JsonSchema } = {
    list: () => ({ type: 'array', ...listOf(one), items: formatted({ ...inner, ...items }) }),
    map: () => ({ type: 'object', additionalProperties: { ...inner, ...(additionalProperties as JsonSchema) } }),
  }
  const ruled = rules.length > 0 && { 'x-kubernetes-validations': rules }
  return formatted({ ...(containers[one.presence]?.() ?? inner), ...rest, ...ruled })
}

const isRequired = ({ presence, options }: AnyField): boolean => presence === 'required' || options.required === true

/** Fields and rules, those of messages that stand inline among them. */
const contentOf = (message: MessageClass<unknown>, table: LimitsTable) => {
  const limits = table.get(message)
  const { 'x-kubernetes-validations': own = [], ...more } = limits?.more ?? {}
  const properties: { [name: string]: JsonSchema } = {}
  const required: string[] = []
  const rules = [...own]
  for (const [name, one] of Object.entries(message.fields)) {
    if (one.presence === 'inline') {
      const inner = contentOf(one.type as MessageClass<unknown>, table)
      Object.assign(properties, inner.properties)
      required.push(...inner.required)
      rules.push(...inner.rules)
      continue
    }
    const [description, ...parts] = limits?.fields[name] ?? []
    const schema = (one.type as unknown) === ObjectMeta ? { type: 'object' } : fieldSchema(one, parts, table)
    properties[name] = { ...(description && { description }), ...schema }
    if (isRequired(one)) required.push(name)
  }
  return { properties, required, rules, more }
}

const messageSchema = (message: MessageClass<unknown>, table: LimitsTable): JsonSchema => {
  const { properties, required, rules, more } = contentOf(message, table)
  return {
    type: 'object',
    ...(message.options.atomic && { 'x-kubernetes-map-type': 'atomic' }),
    properties,
    ...(required.length > 0 && { required }),
    ...more,
    ...(rules.length > 0 && { 'x-kubernetes-validations': rules }),
  }
}

/** The schema of an object, as a CustomResourceDefinition holds it. Of a field that the table leaves out, its type is said. */
export const objectSchema = (object: MessageClass<unknown>, description: string, table: LimitsTable): JsonSchema => {
  const { properties, ...rest } = messageSchema(object, table)
  return {
    ...rest,
    description,
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...properties },
  }
}
