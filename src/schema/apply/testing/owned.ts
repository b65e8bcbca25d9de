import type { JsonObject } from '../../json-value.ts'
import { Service } from '../../testing/messages.ts'
import type { OwnedKind, VersionedKind } from '../owners/owned-kind.ts'
import { NOBODYS } from '../owners/owned-kind.ts'
import type { FieldType } from '../types/field-type.ts'
import { messageType } from '../types/message-type.ts'
import { narrowedType } from '../types/narrowed-type.ts'

/** What a test may say otherwise of its kind. */
type OwnedOptions = Partial<Pick<OwnedKind, 'apiVersion' | 'subresource' | 'reset' | 'isTyped'>> & {
  readonly type?: FieldType
  readonly versions?: { readonly [apiVersion: string]: VersionedKind }
}

/** Services as a kind whose fields are owned. */
export const owned = ({ versions = {}, ...options }: OwnedOptions = {}): OwnedKind => {
  const { type = messageType(Service), reset = [['status']] } = options
  return {
    apiVersion: 'v1',
    subresource: '',
    isTyped: true,
    ...options,
    type,
    reset,
    compared: narrowedType(type, [...NOBODYS, ...reset]),
    inVersion: (apiVersion) => versions[apiVersion],
  }
}

/** A Service of these members. */
export const service = (members: object): JsonObject =>
  ({ apiVersion: 'v1', kind: 'Service', ...members }) as unknown as JsonObject
