import { BOOL, BYTES, type CelType, DOUBLE, DYN, INT, listOf, mapOf, objectOf, STRING, TIMESTAMP } from '#cel/cel.ts'
import { escapedName } from '#cel/schema/escape.ts'
import type { MessageClass, Type } from '#schema/schema.ts'

const SCALARS: { readonly [name: string]: CelType } = {
  string: STRING,
  bool: BOOL,
  int32: INT,
  int64: INT,
  double: DOUBLE,
  bytes: BYTES,
}

type Known = Map<MessageClass<unknown>, CelType>

/** What expressions know of a message's objects. What may be of several types is of any. */
export const messageCelType = (message: MessageClass<unknown>): CelType => typeOfMessage(message, new Map())

const typeOfMessage = (message: MessageClass<unknown>, known: Known): CelType => {
  const found = known.get(message)
  if (found !== undefined) return found
  const fields = new Map<string, CelType>()
  // Before its fields: a message may hold itself.
  const type = objectOf(`${message.package}.${message.messageName}`, fields)
  known.set(message, type)
  if (message.gvk !== undefined) for (const name of ['apiVersion', 'kind']) fields.set(name, STRING)
  addFields(fields, message, known)
  return type
}

const addFields = (fields: Map<string, CelType>, message: MessageClass<unknown>, known: Known): void => {
  for (const [name, field] of Object.entries(message.fields)) {
    if (field.presence === 'inline') {
      addFields(fields, field.type as MessageClass<unknown>, known)
      continue
    }
    const type = typeOf(field.type, known)
    const whole = field.presence === 'list' ? listOf(type) : field.presence === 'map' ? mapOf(STRING, type) : type
    const escaped = escapedName(name)
    if (escaped !== undefined) fields.set(escaped, whole)
  }
}

const typeOf = (type: Type<unknown>, known: Known): CelType => {
  if (typeof type === 'function') return typeOfMessage(type, known)
  if ('scalar' in type) return SCALARS[type.scalar as string] ?? DYN
  if (type.kind === 'enum') return STRING
  if ('special' in type && (type.special === 'time' || type.special === 'microTime')) return TIMESTAMP
  return DYN
}
