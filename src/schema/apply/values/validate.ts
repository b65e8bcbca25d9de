import { goSyntax, goType, goValue } from '../../go-format.ts'
import { isJsonObject, type JsonValue } from '../../json-value.ts'
import { fieldElement, formatElement, indexElement } from '../sets/path-element.ts'
import type { FieldType, ListType, MapType } from '../types/field-type.ts'
import { itemElement, ListItemError } from '../types/list-item.ts'
import { shapeOf } from '../types/shape.ts'

/** What of a value is not as its type says, in structured-merge-diff's words. */
interface TypeProblem {
  /** `.spec.ports[0]`; empty: the value itself. */
  readonly path: string
  readonly message: string
}

/** The problems as one message: a single one in a line, several in a list. */
export const formatProblems = (problems: readonly TypeProblem[]): string => {
  const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
  return lines.length === 1 ? lines[0]! : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n')
}

/** Holds a configuration against its type: what it may not say, and items that stand twice. */
export const validateValue = (type: FieldType, value: JsonValue, path = ''): readonly TypeProblem[] => {
  switch (shapeOf(type, value)) {
    case 'map':
      return validateMap(type.map!, value, path)
    case 'list':
      return validateList(type.list!, value, path)
    case 'scalar':
      return validateScalar(type.scalar!, value, path)
    case 'none':
      return [{ path, message: 'schema error: invalid atom: inlined' }]
  }
}

const validateScalar = (scalar: NonNullable<FieldType['scalar']>, value: JsonValue, path: string) => {
  const refuse = (message: string): readonly TypeProblem[] => [{ path, message }]
  if (value === null) return []
  switch (scalar) {
    case 'numeric':
      if (typeof value === 'number' || typeof value === 'bigint') return []
      return refuse(`expected numeric (int or float), got ${goType(value)}`)
    case 'string':
      if (typeof value === 'string') return []
      return refuse(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`)
    case 'boolean':
      return typeof value === 'boolean' ? [] : refuse(`expected boolean, got &{${goValue(value)}}`)
    case 'untyped':
      return typeof value === 'object' ? refuse(`expected any scalar, got &{${goValue(value)}}`) : []
  }
}

const validateList = (list: ListType, value: JsonValue, path: string): readonly TypeProblem[] => {
  if (value === null) return []
  if (!Array.isArray(value)) return [{ path, message: `expected list, got &{${goValue(value)}}` }]
  const problems: TypeProblem[] = []
  const seen = new Set<string>()
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    let element = indexElement(index)
    if (!list.atomic) {
      try {
        element = itemElement(list, item, false)
      } catch (error) {
        if (!(error instanceof ListItemError)) throw error
        problems.push({ path, message: `element ${index}: ${error.message}` })
        return problems
      }
      if (seen.has(element)) problems.push({ path, message: `duplicate entries for key ${formatElement(element)}` })
      seen.add(element)
    }
    problems.push(...validateValue(list.items, item, path + formatElement(element)))
  }
  return problems
}

const validateMap = (map: MapType, value: JsonValue, path: string): readonly TypeProblem[] => {
  if (value === null) return []
  if (!isJsonObject(value)) return [{ path, message: `expected map, got &{${goValue(value)}}` }]
  const problems: TypeProblem[] = []
  for (const [name, member] of Object.entries(value)) {
    const at = path + formatElement(fieldElement(name))
    const type = map.fields.get(name)?.type ?? map.elements
    if (type === undefined) {
      problems.push({ path: at, message: 'field not declared in schema' })
      break
    }
    problems.push(...validateValue(type, member, at))
  }
  return problems
}
