import { int32, optional, required } from '#schema/schema.ts'
import { message } from '../group.ts'
import { BackendObjectReference } from './references.ts'

/** Of `denominator` requests `numerator` ones; absent, it is 100. */
export class Fraction extends message('Fraction', {
  numerator: required(1, int32),
  denominator: optional(2, int32),
}) {}

export class HTTPRequestMirrorFilter extends message('HTTPRequestMirrorFilter', {
  backendRef: required(1, BackendObjectReference),
  percent: optional(2, int32),
  fraction: optional(3, Fraction),
}) {}
