import { parseType } from '../types/parse-type.ts'
import { type CelType, typeOf } from '../types/type.ts'
import { typeNameFor } from '../values/kind-of.ts'

const KNOWN =
  'bool bytes double int list(A) map(A,B) null string type(A) uint duration timestamp optional(V) Quantity URL Semver NamedFormat IP CIDR'

/** Names of types, which stand for themselves: `type(x) == int`. */
export const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map(
  KNOWN.split(' ').map((text) => {
    const type = parseType(text)
    return [typeNameFor(type), typeOf(type)]
  }),
)
