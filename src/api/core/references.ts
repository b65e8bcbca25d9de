import { field, optional, required, string } from '#schema/schema.ts'
import { message } from './group.ts'

export class ObjectReference extends message(
  'ObjectReference',
  {
    kind: field(1, string),
    namespace: field(2, string),
    name: field(3, string),
    uid: field(4, string),
    apiVersion: field(5, string),
    resourceVersion: field(6, string),
    fieldPath: field(7, string),
  },
  { atomic: true },
) {}

export class SecretReference extends message(
  'SecretReference',
  {
    name: field(1, string),
    namespace: field(2, string),
  },
  { atomic: true },
) {}

export class LocalObjectReference extends message(
  'LocalObjectReference',
  {
    name: field(1, string, { default: '' }),
  },
  { atomic: true },
) {}

export class TypedLocalObjectReference extends message(
  'TypedLocalObjectReference',
  {
    apiGroup: optional(1, string, { always: true, optional: true }),
    kind: required(2, string),
    name: required(3, string),
  },
  { atomic: true },
) {}

export class TypedObjectReference extends message('TypedObjectReference', {
  apiGroup: optional(1, string, { always: true, optional: true }),
  kind: required(2, string),
  name: required(3, string),
  namespace: optional(4, string),
}) {}
