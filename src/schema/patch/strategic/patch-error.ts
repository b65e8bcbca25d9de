import { goType, goValue } from '../../go-format.ts'
import type { JsonObject, JsonValue } from '../../json-value.ts'

/**
 * A strategic merge patch that cannot be applied, in the words of apimachinery. `PATCH_FORMAT`: a directive is malformed
 * (Kubernetes answers 400). `PATCH_REJECTED`: 422, with no words but the generic ones. `PATCH_UNFIT`: the patch does not
 * fit the object or its kind (500).
 */
export class StrategicMergeError extends Error {
  readonly code: 'PATCH_FORMAT' | 'PATCH_REJECTED' | 'PATCH_UNFIT'
  constructor(code: StrategicMergeError['code'], message: string) {
    super(message)
    this.name = 'StrategicMergeError'
    this.code = code
  }
}

/** `directive`: `primitive list`, `retainKeys`, `setElementOrder list`. */
export const badFormat = (directive: string): StrategicMergeError =>
  new StrategicMergeError('PATCH_FORMAT', `invalid patch format of ${directive}`)

export const unfit = (message: string): StrategicMergeError => new StrategicMergeError('PATCH_UNFIT', message)

export const noMergeKey = (item: JsonObject, key: string): StrategicMergeError =>
  unfit(`map: ${goValue(item)} does not contain declared merge key: ${key}`)

export const unknownDirective = (directive: JsonValue, map: JsonObject): StrategicMergeError =>
  unfit(`unknown patch type: ${goText(directive)} in map: ${goValue(map)}`)

const MAP = 'map[string]interface {}'
const LIST = '[]interface {}'

export const noMap = (value: JsonValue): StrategicMergeError => wrongType(MAP, value)
export const noList = (value: JsonValue): StrategicMergeError => wrongType(LIST, value)

const wrongType = (expected: string, value: JsonValue): StrategicMergeError =>
  unfit(`expected a ${expected}, but received a ${value === null ? '%!s(<nil>)' : goType(value)}`)

/** As Go's `%s` prints a value. */
const goText = (value: JsonValue): string =>
  typeof value === 'string' ? value : value === null ? '%!s(<nil>)' : `%!s(${goType(value)}=${goValue(value)})`
