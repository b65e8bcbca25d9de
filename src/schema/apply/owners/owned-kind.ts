import type { JsonObject } from '../../json-value.ts'
import type { FieldType } from '../types/field-type.ts'
import type { FieldNames } from '../types/narrowed-type.ts'

/** What owning fields must know of a kind of objects, in one version and for one part of them. */
export interface OwnedKind {
  readonly apiVersion: string
  /** '' of the objects themselves. */
  readonly subresource: string
  readonly type: FieldType
  /** Fields that a write by this part does not change, whatever it says of them. */
  readonly reset: FieldNames
  /** The type without what is nobody's: the names of the object, and what is reset. */
  readonly compared: FieldType
  /** Objects are held by their message, where a zero may be absent; else as JSON shows them. */
  readonly isTyped: boolean
  /** The same kind in another version; undefined where there is none. */
  inVersion(apiVersion: string): VersionedKind | undefined
}

export interface VersionedKind {
  readonly kind: OwnedKind
  /** An object of the kind at hand, in JSON or as it is held, in that version. */
  convert(object: JsonObject): JsonObject
  /** And back. */
  restore(object: JsonObject): JsonObject
}

/** What no write owns: the object's names, and what the server says of it. */
export const NOBODYS: FieldNames = [
  ['apiVersion'],
  ['kind'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['metadata', name]),
]
