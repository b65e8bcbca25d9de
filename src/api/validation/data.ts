import { type FieldError, forbidden } from '#api/validation/field-error.ts'
import type { NameForm } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'
import { jsonEqual } from '#schema/json-value.ts'

/** A Secret or a ConfigMap holds 1 MiB at most. */
export const MOST_BYTES = 1024 * 1024

export const dataKey: NameForm = (key) => {
  const problems: string[] = []
  if (byteLength(key) > 253) problems.push('must be no more than 253 characters')
  if (!/^[-._a-zA-Z0-9]+$/.test(key))
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    )
  else if (key === '.' || key === '..') problems.push(`must not be '${key}'`)
  else if (key.startsWith('..')) problems.push("must not start with '..'")
  return problems
}

/** The bytes that base64 text stands for. */
export const decodedLength = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4)

/** With `immutable: true` the contents stay, and so does `immutable`. */
export const frozen = <T extends { readonly immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): readonly FieldError[] => {
  if (old.immutable !== true) return []
  const message = 'field is immutable when `immutable` is set'
  return [
    ...(object.immutable === true ? [] : [forbidden('immutable', message)]),
    ...fields.flatMap((field) => (jsonEqual(object[field] ?? {}, old[field] ?? {}) ? [] : [forbidden(field, message)])),
  ]
}
