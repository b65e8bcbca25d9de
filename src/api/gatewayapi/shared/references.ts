import { inline, int32, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'

/** An object of the same namespace. */
export class LocalObjectReference extends message('LocalObjectReference', {
  group: required(1, string),
  kind: required(2, string),
  name: required(3, string),
}) {}

export class ObjectReference extends message('ObjectReference', {
  group: required(1, string),
  kind: required(2, string),
  name: required(3, string),
  namespace: optional(4, string),
}) {}

export class SecretObjectReference extends message('SecretObjectReference', {
  group: optional(1, string),
  kind: optional(2, string),
  name: required(3, string),
  namespace: optional(4, string),
}) {}

export class BackendObjectReference extends message('BackendObjectReference', {
  group: optional(1, string),
  kind: optional(2, string),
  name: required(3, string),
  namespace: optional(4, string),
  port: optional(5, int32),
}) {}

/** A share of the requests, by its weight among all of its rule. */
export class BackendRef extends message('BackendRef', {
  backendObjectReference: inline(1, BackendObjectReference),
  weight: optional(2, int32),
}) {}

/** What a route, or a status, hangs on: a Gateway, a ListenerSet, or a section of one. */
export class ParentReference extends message('ParentReference', {
  group: optional(1, string),
  kind: optional(2, string),
  namespace: optional(3, string),
  name: required(4, string),
  sectionName: optional(5, string),
  port: optional(6, int32),
}) {}

/** An implementation's own object of the same namespace, with settings of its own. */
export class LocalParametersReference extends message('LocalParametersReference', {
  group: required(1, string),
  kind: required(2, string),
  name: required(3, string),
}) {}

export class ParametersReference extends message('ParametersReference', {
  group: required(1, string),
  kind: required(2, string),
  name: required(3, string),
  namespace: optional(4, string),
}) {}
