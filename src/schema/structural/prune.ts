import type { Structural } from './structural.ts'

type Members = { [name: string]: unknown }

const META = new Set(['apiVersion', 'kind', 'metadata'])

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)

/**
 * Takes away, in place, the members that a schema does not name, and returns their paths, sorted. Kind, apiVersion and
 * metadata of the object itself, and of those embedded in it, stay.
 */
export const prune = (object: unknown, schema: Structural | undefined, isObject = true): readonly string[] => {
  const unknown: string[] = []
  // A schema that is missing knows nothing but what every object has.
  walk(object, schema, '', unknown, isObject)
  return unknown.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

const walk = (value: unknown, schema: Structural | undefined, path: string, unknown: string[], root = false): void => {
  if (schema?.preservesUnknown) {
    keep(value, schema, path, unknown, root)
    return
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) walk(value[index], schema?.items, `${path}[${index}]`, unknown)
    return
  }
  if (!isMembers(value)) return
  const isResource = root || schema?.isResource === true
  for (const name of Object.keys(value)) {
    if (isResource && META.has(name)) continue
    const inner = innerOf(schema, name)
    if (inner !== UNKNOWN) walk(value[name], inner, below(path, name), unknown)
    else {
      unknown.push(below(path, name))
      delete value[name]
    }
  }
}

const UNKNOWN = Symbol('unknown')

/** What a member is walked by; undefined: by nothing, so that all inside of it is unknown. */
const innerOf = (schema: Structural | undefined, name: string): Structural | undefined | typeof UNKNOWN => {
  const known = schema?.properties.get(name)
  if (known !== undefined) return known
  const additional = schema?.additional
  if (additional === undefined) return UNKNOWN
  return typeof additional === 'object' ? additional : undefined
}

/** Where unknown members are preserved, those that are known are still walked. */
const keep = (value: unknown, schema: Structural | undefined, path: string, unknown: string[], root = false): void => {
  if (schema === undefined) return
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) keep(value[index], schema.items, `${path}[${index}]`, unknown)
    return
  }
  if (!isMembers(value)) return
  const isResource = root || schema.isResource
  for (const name of Object.keys(value)) {
    if (isResource && META.has(name)) continue
    const inner = innerOf(schema, name)
    if (inner !== UNKNOWN) walk(value[name], inner, below(path, name), unknown)
  }
}
