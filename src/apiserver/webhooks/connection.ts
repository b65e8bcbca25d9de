import type { ApiObject } from '#api/resource.ts'
import type { MessageClass } from '#schema/schema.ts'
import type { Caller } from '../access/caller.ts'
import { isTrue } from '../http/request/query.ts'
import type { ResourceRequestInfo } from '../http/request/request-info.ts'
import type { Remarks } from '../registry/remarks.ts'
import type { ServerContext } from '../server-context.ts'
import { findKind, findPart } from '../stages/resources.ts'
import { attributesOf } from './attributes.ts'

/** Words before the path of what is behind an object. */
const BEFORE_PATH = 3

/** The options of a connection as an object, which is what others are told of it. */
const optionsOf = (message: MessageClass<unknown>, info: ResourceRequestInfo, query: URLSearchParams): ApiObject => {
  const [apiVersion, kind] = message.gvk!
  const entries = Object.entries(message.fields).flatMap(([name, { presence, type, options }]): [string, unknown][] => {
    const scalar = 'scalar' in type ? type.scalar : 'string'
    if (presence === 'list') {
      const values = query.getAll(name).map((text) => (scalar === 'string' ? text : Number(text)))
      return values.length > 0 || options.always ? [[name, values]] : []
    }
    if (name === 'path') {
      const path = info.parts.slice(BEFORE_PATH).join('/')
      return path === '' ? [] : [[name, `/${path}${info.path.endsWith('/') ? '/' : ''}`]]
    }
    if (scalar === 'bool') return isTrue(query.get(name)) ? [[name, true]] : []
    return query.get(name) ? [[name, query.get(name)]] : []
  })
  return { kind, apiVersion, ...Object.fromEntries(entries) } as unknown as ApiObject
}

/** The query that says such options. */
const queryOf = (message: MessageClass<unknown>, options: ApiObject): URLSearchParams => {
  const query = new URLSearchParams()
  for (const name of Object.keys(message.fields)) {
    const value = (options as unknown as Record<string, unknown>)[name]
    if (value === undefined || value === null) continue
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one))
  }
  return query
}

/**
 * Asks who has a say in it about a connection to an object's part. Gives the query with what they have made of it.
 * Rejects with ApiError.
 */
export const heardConnection = async (
  server: ServerContext,
  caller: Caller,
  info: ResourceRequestInfo,
  query: URLSearchParams,
  remarks: Remarks,
): Promise<URLSearchParams> => {
  const { resource } = findKind(server, info)!
  const { body: message } = findPart(server, info)!
  const [apiVersion = '', kind = ''] = message!.gvk!
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  const { namespace, name, subresource } = info
  const object = optionsOf(message!, info, query)
  const told = {
    operation: 'CONNECT',
    kind: { group, version, kind },
    subresource,
    name,
    object,
    dryRun: false,
  } as const
  const request = { caller, namespace, remarks }
  const heard = await server.registry.heard({ ...attributesOf(resource, request, told), object }, request)
  return heard === object ? query : queryOf(message!, heard)
}
