import {
  BOOL,
  type CelEnvironment,
  type CelType,
  celEnvironment,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectType,
  objectOf,
  parseType,
  STRING,
  TIMESTAMP,
} from '#cel/cel.ts'

const record = (name: string, fields: { readonly [field: string]: CelType }): CelType =>
  objectOf(`kubernetes.${name}`, new Map(Object.entries(fields)))

const GVK = record('GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const GVR = record('GroupVersionResource', { group: STRING, version: STRING, resource: STRING })
const USER = record('UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
})
const REQUEST = record('AdmissionRequest', {
  kind: GVK,
  resource: GVR,
  subResource: STRING,
  requestKind: GVK,
  requestResource: GVR,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
})
const NAMESPACE = record('Namespace', {
  metadata: record('NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: record('NamespaceSpec', { finalizers: listOf(STRING) }),
  status: record('NamespaceStatus', {
    conditions: listOf(
      record('NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
})

/** What expressions of admission may name, beside `object`, `oldObject`, `request` and `namespaceObject`. */
export interface Named {
  readonly params?: boolean
  readonly authorizer?: boolean
  /** Other expressions, by name, with what they come to. Absent: there are none, not even the word. */
  readonly variables?: ReadonlyMap<string, CelType>
  /** Of what is looked at, where it is known. */
  readonly objectType?: CelType
  readonly paramsType?: CelType
  /** What can be made. */
  readonly structs?: ReadonlyMap<string, ObjectType>
}

/** What an expression of admission is compiled in. */
export const admissionEnvironment = ({
  params,
  authorizer,
  variables,
  objectType = DYN,
  paramsType = DYN,
  structs = new Map(),
}: Named): CelEnvironment =>
  celEnvironment(
    {
      object: objectType,
      oldObject: objectType,
      namespaceObject: NAMESPACE,
      request: REQUEST,
      ...(params ? { params: paramsType } : {}),
      ...(authorizer
        ? { authorizer: parseType('Authorizer'), 'authorizer.requestResource': parseType('ResourceCheck') }
        : {}),
      ...(variables ? { variables: objectOf('kubernetes.variables', variables) } : {}),
    },
    { structs },
  )
