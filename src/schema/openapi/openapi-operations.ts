import type { MessageClass, Scalar } from '../schema.ts'
import type { GroupVersionKind } from './openapi-schemas.ts'

/** What a document needs to know of a part of an object. */
interface OpenApiSubresource {
  readonly verbs: readonly string[]
  /** Of another kind than its parent's: `scale`, `eviction`; the options of what is connected to. */
  readonly body?: MessageClass<unknown>
  /** It is not read, but connected to by these methods: `exec`. `hasPaths`: paths of the other side follow. */
  readonly connection?: { readonly methods: readonly Method[]; readonly hasPaths?: true }
  /** It is text, of which these options choose: `log`. */
  readonly text?: MessageClass<unknown>
}

/** What a document needs to know of a served resource. */
export interface OpenApiResource {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly subresources: { readonly [name: string]: OpenApiSubresource }
  /** DELETE answers with the object, not with a Status. */
  readonly answersDeleted: boolean
  /** Lists of it have no keys to be merged by: it takes no strategic merge patch. A custom resource. */
  readonly isUnkeyed?: boolean
  readonly message: MessageClass<unknown>
  readonly list: MessageClass<unknown>
}

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly type: 'string' | 'boolean' | 'integer'
}

export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch'
type BodyKind = 'none' | 'object' | 'delete-options' | 'patch'

export interface Operation {
  readonly id: string
  readonly method: Method
  /** `x-kubernetes-action`. */
  readonly action: string
  readonly gvk: GroupVersionKind
  readonly parameters: readonly Parameter[]
  readonly body: BodyKind
  /** The media types of a body that is a patch. */
  readonly patchTypes?: readonly string[]
  readonly message: MessageClass<unknown> | undefined
  readonly response: MessageClass<unknown> | 'status' | 'text'
  readonly statuses: readonly number[]
}

interface PathOperations {
  readonly path: string
  readonly tag: string
  readonly parameters: readonly Parameter[]
  readonly operations: readonly Operation[]
}

const query = (name: string, type: Parameter['type'] = 'string'): Parameter => ({ name, in: 'query', type })
const inPath = (name: string): Parameter => ({ name, in: 'path', type: 'string' })

const PRETTY = query('pretty')
const DRY_RUN = query('dryRun')
const WRITE = [DRY_RUN, query('fieldManager'), query('fieldValidation')]
const SELECT = [
  query('continue'),
  query('fieldSelector'),
  query('labelSelector'),
  query('limit', 'integer'),
  query('resourceVersion'),
  query('resourceVersionMatch'),
  query('sendInitialEvents', 'boolean'),
  query('timeoutSeconds', 'integer'),
]
const LIST = [query('allowWatchBookmarks', 'boolean'), ...SELECT, query('watch', 'boolean')]
const DELETE = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer'),
  query('orphanDependents', 'boolean'),
  query('propagationPolicy'),
]
const TYPES: { readonly [scalar in Scalar<unknown>['scalar']]?: Parameter['type'] } = {
  bool: 'boolean',
  int32: 'integer',
  int64: 'integer',
}

/** The query that the fields of such options are written as, by their names. */
const queryOf = ({ fields }: MessageClass<unknown>): readonly Parameter[] =>
  Object.entries(fields)
    .map(([name, { type }]) => query(name, ('scalar' in type && TYPES[(type as Scalar<unknown>).scalar]) || 'string'))
    .sort((one, other) => (one.name < other.name ? -1 : 1))

/** The media types of a PATCH body. kubectl applies by the most particular one that it finds here. */
const patchTypesOf = ({ isUnkeyed = false }: OpenApiResource): readonly string[] => [
  'application/json-patch+json',
  'application/merge-patch+json',
  ...(isUnkeyed ? [] : ['application/strategic-merge-patch+json']),
  'application/apply-patch+yaml',
]

/** The paths and operations that a resource is served by, as far as clients read documents for. */
export const operationsOf = (resource: OpenApiResource): readonly PathOperations[] => {
  const { group, version, kind, plural, namespaced, message } = resource
  const patchTypes = patchTypesOf(resource)
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const collection = `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}`
  const prefix = `${pascal(group === '' ? 'core' : group.replace(/\.k8s\.io$/, ''))}${pascal(version)}`
  const tag = `${group === '' ? 'core' : group.replace(/\.k8s\.io$/, '').replaceAll('.', '')}_${version}`
  const scope = namespaced ? 'Namespaced' : ''
  const gvk: GroupVersionKind = { group, kind, version }
  const names = namespaced ? [inPath('namespace')] : []
  const path = (path: string, parameters: readonly Parameter[], operations: readonly Operation[]): PathOperations => ({
    path,
    tag,
    parameters: [...parameters, PRETTY],
    operations,
  })
  const read = { method: 'get', body: 'none', statuses: [200] } as const
  const list: Operation = {
    ...read,
    id: `list${prefix}${scope}${kind}`,
    action: 'list',
    gvk,
    parameters: LIST,
    message: undefined,
    response: resource.list,
  }
  const paths = [
    path(collection, names, [
      list,
      create(`create${prefix}${scope}${kind}`, gvk, message),
      {
        id: `delete${prefix}Collection${scope}${kind}`,
        method: 'delete',
        action: 'deletecollection',
        gvk,
        parameters: [...SELECT, ...DELETE],
        body: 'delete-options',
        message: undefined,
        response: 'status',
        statuses: [200],
      },
    ]),
    path(
      `${collection}/{name}`,
      [inPath('name'), ...names],
      [
        ...readAndWrite(`${prefix}${scope}${kind}`, gvk, message, '', patchTypes),
        {
          id: `delete${prefix}${scope}${kind}`,
          method: 'delete',
          action: 'delete',
          gvk,
          parameters: DELETE,
          body: 'delete-options',
          message: undefined,
          response: resource.answersDeleted ? message : 'status',
          statuses: [200, 202],
        },
      ],
    ),
  ]
  if (namespaced) paths.push(path(`${root}/${plural}`, [], [{ ...list, id: `list${prefix}${kind}ForAllNamespaces` }]))
  for (const [subresource, { verbs, body = message, connection, text }] of Object.entries(resource.subresources)) {
    const base = `${prefix}${scope}${kind}`
    const at = (operations: readonly Operation[]): PathOperations =>
      path(`${collection}/{name}/${subresource}`, [inPath('name'), ...names], operations)
    const answersText = { ...read, message: undefined, response: 'text' } as const
    if (connection !== undefined) {
      const calls = (suffix: string): readonly Operation[] =>
        connection.methods.map((method) => ({
          ...answersText,
          method,
          id: `connect${prefix}${pascal(method)}${scope}${kind}${pascal(subresource)}${suffix}`,
          action: 'connect',
          gvk: bodyKind(body) ?? gvk,
          parameters: queryOf(body),
        }))
      paths.push(at(calls('')))
      if (connection.hasPaths) {
        const below = `${collection}/{name}/${subresource}/{path}`
        paths.push(path(below, [inPath('name'), ...names, inPath('path')], calls('WithPath')))
      }
    } else if (text !== undefined) {
      const id = `read${base}${pascal(subresource)}`
      paths.push(at([{ ...answersText, id, action: 'get', gvk, parameters: queryOf(text) }]))
    } else {
      const own = bodyKind(body) ?? gvk
      const named = pascal(subresource)
      const all = [create(`create${base}${named}`, own, body), ...readAndWrite(base, own, body, named, patchTypes)]
      paths.push(at(all.filter(({ method }) => verbs.includes(VERB_OF[method] ?? ''))))
    }
  }
  return paths
}

const VERB_OF: { readonly [method in Method]?: string } = { get: 'get', put: 'update', post: 'create', patch: 'patch' }

const bodyKind = ({ gvk }: MessageClass<unknown>): GroupVersionKind | undefined => {
  if (gvk === undefined) return undefined
  const [version = '', group = ''] = gvk[0].split('/').reverse()
  return { group, kind: gvk[1], version }
}

const create = (id: string, gvk: GroupVersionKind, message: MessageClass<unknown>): Operation => ({
  id,
  method: 'post',
  action: 'post',
  gvk,
  parameters: WRITE,
  body: 'object',
  message,
  response: message,
  statuses: [200, 201, 202],
})

const readAndWrite = (
  base: string,
  gvk: GroupVersionKind,
  message: MessageClass<unknown>,
  suffix: string,
  patchTypes: readonly string[],
): readonly Operation[] => [
  {
    id: `read${base}${suffix}`,
    method: 'get',
    action: 'get',
    gvk,
    parameters: [],
    body: 'none',
    message,
    response: message,
    statuses: [200],
  },
  {
    id: `replace${base}${suffix}`,
    method: 'put',
    action: 'put',
    gvk,
    parameters: WRITE,
    body: 'object',
    message,
    response: message,
    statuses: [200, 201],
  },
  {
    id: `patch${base}${suffix}`,
    method: 'patch',
    action: 'patch',
    gvk,
    parameters: [...WRITE, query('force', 'boolean')],
    body: 'patch',
    patchTypes,
    message,
    response: message,
    statuses: [200, 201],
  },
]

/** `discovery.k8s.io` is `Discovery`, `v1` is `V1`. */
const pascal = (text: string): string =>
  text
    .split('.')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
