import type { Field, Fields, MessageClass, Presence } from './schema.ts'

/** A value that may still be written to: an object just decoded from a request, before it is stored and shared. */
export type Draft<T> = T extends readonly (infer Item)[]
  ? Draft<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Draft<T[Key]> }
    : T

interface Step {
  readonly name: string
  readonly presence: Presence
  /** The constant to fill in; undefined when only something below has one. */
  readonly value: unknown
  readonly child: readonly Step[]
}

/** The tables name some defaults by Kubernetes' Go constants. */
const CONSTANTS: { readonly [name: string]: string } = {
  AzureDataDiskCachingReadWrite: 'ReadWrite',
  AzureSharedBlobDisk: 'Shared',
}

const plans = new WeakMap<Fields, readonly Step[]>()

/**
 * Fills in, in place, the constant defaults that a kind's table declares (`default`), at any depth. A field that is
 * set, and an empty message that is absent, stay as they are. Computed defaults are each kind's own.
 */
export const applyConstantDefaults = (message: MessageClass<unknown>, object: object): void =>
  run(planOf(message, new Set()), object as { [key: string]: unknown })

const run = (plan: readonly Step[], object: { [key: string]: unknown }): void => {
  for (const { name, presence, value, child } of plan) {
    const held = object[name]
    if (value !== undefined && (held === undefined || held === null || (held === '' && presence !== 'optional')))
      object[name] = value
    if (child.length === 0 || typeof held !== 'object' || held === null) continue
    if (presence === 'list' || presence === 'map')
      for (const item of Object.values(held)) {
        if (typeof item === 'object' && item !== null) run(child, item)
      }
    else run(child, held as { [key: string]: unknown })
  }
}

const planOf = (message: MessageClass<unknown>, ancestors: ReadonlySet<Fields>): readonly Step[] => {
  const known = plans.get(message.fields)
  if (known !== undefined) return known
  const below = new Set(ancestors).add(message.fields)
  const plan = Object.entries(message.fields).flatMap(([name, field]) => stepsOf(name, field, below))
  plans.set(message.fields, plan)
  return plan
}

const stepsOf = (name: string, field: Field<unknown, Presence>, ancestors: ReadonlySet<Fields>): readonly Step[] => {
  const child = 'messageName' in field.type ? planOf(field.type, ancestors) : []
  if (field.presence === 'inline') return child
  const value = constantOf(field.options.default)
  return value === undefined && child.length === 0 ? [] : [{ name, presence: field.presence, value, child }]
}

/** An empty string is what absence means already, and is not written. */
const constantOf = (declared: unknown): unknown => {
  if (declared === '') return undefined
  const reference = typeof declared === 'string' ? /^ref\((.*)\)$/.exec(declared) : null
  return reference === null ? declared : CONSTANTS[reference[1]!]
}
