import type { MessageClass } from '#schema/schema.ts'
import type { JsonSchema, ValidationRule } from '#schema/structural/json-schema.ts'

/** What a field is for, and what of its schema no table of fields says; a later part wins. */
export type FieldLimits = readonly [description: string, ...parts: readonly JsonSchema[]]

/** Of a message: each field's limits, but for those of messages that stand inline, and the rules in CEL of the whole. */
export interface MessageLimits {
  readonly message: MessageClass<unknown>
  readonly fields: { readonly [name: string]: FieldLimits }
  readonly more: JsonSchema
}

export const limitsOf = <T>(
  message: MessageClass<T>,
  fields: { readonly [K in keyof T]?: FieldLimits },
  more: JsonSchema = {},
): MessageLimits => ({ message: message as MessageClass<unknown>, fields: fields as MessageLimits['fields'], more })

/** Rules in CEL: of each its expression, and what is said to who breaks it. */
export const rules = (...of: readonly (readonly [rule: string, message: string])[]) => ({
  'x-kubernetes-validations': of.map(([rule, message]): ValidationRule => ({ rule, message })),
})

/** Between so many items. */
export const count = (minItems: number, maxItems: number) => ({ minItems, maxItems })

export const atMost = (maxItems: number) => ({ maxItems })

export const byDefault = (value: unknown) => ({ default: value })

/** As Kubernetes bounds an integer that it gives no width. */
export const anyWidth = { format: undefined }
