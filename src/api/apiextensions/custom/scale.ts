import type { Scaling } from '#api/catalogue/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { isWhole } from '#schema/json/long-integer.ts'
import { isJsonObject } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'

/** Where a definition says that replicas stand: `.spec.size`. */
export interface ScalePaths {
  readonly specReplicasPath: string
  readonly statusReplicasPath: string
  readonly labelSelectorPath?: string
}

type Found = { readonly value: unknown } | { readonly problem: string }

const namesOf = (path: string): readonly string[] => path.replace(/^\./, '').split('.')

const GO_TYPES: { readonly [type: string]: string } = { boolean: 'bool', string: 'string' }

const goType = (value: unknown): string => {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'object') return 'map[string]interface {}'
  if (isWhole(value)) return 'int64'
  if (typeof value === 'number') return 'float64'
  return GO_TYPES[typeof value] ?? typeof value
}

const shown = (value: unknown): string =>
  value === null ? '<nil>' : typeof value === 'object' ? JSON.stringify(value) : String(value)

/** What stands at a path of plain names, if it is of that type; a problem in the words of Go's reader. */
const valueAt = (object: unknown, path: string, wanted: 'int64' | 'string'): Found => {
  const names = namesOf(path)
  let at: unknown = object
  for (const [index, name] of names.entries()) {
    if (!isJsonObject(at)) {
      if (at === undefined) return { value: undefined }
      const where = names.slice(0, index).map((one) => `.${one}`)
      const why = `${shown(at)} is of the type ${goType(at)}, expected map[string]interface{}`
      return { problem: `${where.join('')} accessor error: ${why}` }
    }
    at = own(at, name)
  }
  if (at === undefined || goType(at) === wanted) return { value: at }
  const where = names.map((one) => `.${one}`).join('')
  return { problem: `${where} accessor error: ${shown(at)} is of the type ${goType(at)}, expected ${wanted}` }
}

const replicasErrors = (object: unknown, path: string): readonly FieldError[] => {
  const found = valueAt(object, path, 'int64')
  if ('problem' in found) return [invalid(path, 0, found.problem)]
  const value = (found.value ?? 0) as number
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')]
  return value > 2 ** 31 - 1 ? [invalid(path, value, 'should be less than or equal to 2147483647')] : []
}

export const validateScaleSpec = (object: unknown, { specReplicasPath }: ScalePaths): readonly FieldError[] =>
  replicasErrors(object, specReplicasPath)

export const validateScaleStatus = (object: unknown, paths: ScalePaths): readonly FieldError[] => {
  const { statusReplicasPath, labelSelectorPath } = paths
  const found = labelSelectorPath ? valueAt(object, labelSelectorPath, 'string') : { value: '' }
  return [
    ...replicasErrors(object, statusReplicasPath),
    ...('problem' in found ? [invalid(labelSelectorPath!, '', found.problem)] : []),
  ]
}

const replicasAt = (object: unknown, path: string): number | undefined => {
  const found = valueAt(object, path, 'int64')
  return 'value' in found ? (found.value as number | undefined) : undefined
}

/** How many there are to be and are, and the selector, for who scales without knowing the kind. */
export const customScale = (paths: ScalePaths): Scaling => ({
  read(object) {
    const selector = paths.labelSelectorPath ? valueAt(object, paths.labelSelectorPath, 'string') : { value: '' }
    const replicas = replicasAt(object, paths.specReplicasPath)
    return {
      ...(replicas !== undefined && { replicas }),
      current: replicasAt(object, paths.statusReplicasPath) ?? 0,
      selector: 'value' in selector ? ((selector.value as string | undefined) ?? '') : '',
    }
  },
  write(object, replicas) {
    const put = (at: unknown, [name, ...rest]: readonly string[]): unknown => {
      if (name === undefined) return replicas
      const members = isJsonObject(at) ? at : {}
      return { ...members, [name]: put(own(members, name), rest) }
    }
    return put(object, namesOf(paths.specReplicasPath)) as ApiObject
  },
  path: namesOf(paths.specReplicasPath),
})
