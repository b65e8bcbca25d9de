import type { HTTPPathModifier, HTTPRouteFilter } from '#api/gatewayapi/httproute/filter.ts'
import type { HTTPHeaderFilter } from '#api/gatewayapi/shared/header-filter.ts'
import type { HTTPRequestMirrorFilter } from '#api/gatewayapi/shared/request-mirror.ts'
import { nameOfKind } from '../references/certificates.ts'
import type { Cors, HeaderChange, HeaderValue, PathChange, Redirect, Rewrite } from '../table/entry.ts'
import { STANDARD_PORTS } from '../table/location.ts'
import type { Fault } from '../values/fault.ts'
import { isFraming, isHeaderValue, isTarget } from '../values/message-text.ts'
import { isToken } from '../values/texts.ts'
import { type ReadFilter, unsupported } from './read-rule.ts'

/** Filters of a rule, or of one of its backends; those of a GRPCRoute are some of these. */
export interface ReadFilters {
  readonly filters: readonly ReadFilter[]
  readonly redirect?: Redirect
  /** What nobody can do as it is asked for. */
  readonly fault?: Fault
  /** What leads to nothing that is known here. */
  readonly unresolved?: Fault
}

/** `replacesPrefix`: whether what is matched is prefixes alone, as ReplacePrefixMatch needs it. */
export const readFilters = (written: readonly HTTPRouteFilter[] = [], replacesPrefix: boolean): ReadFilters => {
  const filters: ReadFilter[] = []
  let redirect: Redirect | undefined
  let unresolved: Fault | undefined
  let fault = incompatible(written)
  for (const filter of written) {
    switch (filter.type) {
      case 'RequestHeaderModifier':
        fault ??= headerFault(filter.requestHeaderModifier)
        filters.push({ type: 'requestHeaders', ...headerChange(filter.requestHeaderModifier) })
        break
      case 'ResponseHeaderModifier':
        fault ??= headerFault(filter.responseHeaderModifier)
        filters.push({ type: 'responseHeaders', ...headerChange(filter.responseHeaderModifier) })
        break
      case 'RequestMirror':
        if (filter.requestMirror !== undefined) filters.push(mirror(filter.requestMirror))
        break
      case 'RequestRedirect':
        fault ??= redirectFault(filter.requestRedirect) ?? pathFault(filter.requestRedirect?.path, replacesPrefix)
        redirect = redirectOf(filter.requestRedirect)
        break
      case 'URLRewrite':
        fault ??= pathFault(filter.urlRewrite?.path, replacesPrefix)
        filters.push({ type: 'rewrite', ...rewrite(filter.urlRewrite) })
        break
      case 'CORS':
        filters.push({ type: 'cors', ...cors(filter.cors) })
        break
      case 'ExtensionRef': {
        const { group = '', kind = '', name = '' } = filter.extensionRef ?? {}
        unresolved ??= { reason: 'InvalidKind', message: `the filter ${nameOfKind(group, kind)} ${name} is not known` }
        break
      }
      default:
        fault ??= unsupported(`filters of the type ${filter.type} are not supported`)
    }
  }
  return { filters, ...(redirect && { redirect }), ...(fault && { fault }), ...(unresolved && { unresolved }) }
}

const REPEATED: readonly string[] = ['RequestMirror', 'ExtensionRef']

const incompatible = (filters: readonly HTTPRouteFilter[]): Fault | undefined => {
  const types = filters.map(({ type }) => type)
  if (types.includes('RequestRedirect') && types.includes('URLRewrite'))
    return { reason: 'IncompatibleFilters', message: 'a RequestRedirect and a URLRewrite cannot stand together' }
  const twice = types.find((type, at) => !REPEATED.includes(type) && types.indexOf(type) !== at)
  return twice === undefined
    ? undefined
    : { reason: 'IncompatibleFilters', message: `the filter ${twice} stands there twice` }
}

const headerChange = ({ set, add, remove }: HTTPHeaderFilter = {}): HeaderChange => ({
  set: firstOfEach(set),
  add: firstOfEach(add),
  remove: remove ?? [],
})

const firstOfEach = (headers: readonly HeaderValue[] = []): readonly HeaderValue[] =>
  headers
    .filter(({ name }, at) => at === headers.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()))
    .map(({ name, value }) => ({ name, value }))

/** One action for a header, not two. */
const headerFault = (filter: HTTPHeaderFilter | undefined): Fault | undefined => {
  const { set, add, remove } = headerChange(filter)
  const names = [...set.map(({ name }) => name), ...add.map(({ name }) => name), ...remove].map((name) =>
    name.toLowerCase(),
  )
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) return unsupported(`the header ${twice} is changed in two ways`)
  const framing = names.find(isFraming)
  if (framing !== undefined) return unsupported(`the header ${framing} is the proxy's own, and cannot be changed`)
  const odd = names.find((name) => !isToken(name)) ?? [...set, ...add].find(({ value }) => !isHeaderValue(value))?.name
  return odd === undefined ? undefined : unsupported(`${JSON.stringify(odd)} is no header, or has no value of one`)
}

const mirror = ({ backendRef, percent, fraction }: HTTPRequestMirrorFilter): ReadFilter => ({
  type: 'mirrorTo',
  ref: backendRef,
  numerator: fraction?.numerator ?? percent ?? 100,
  denominator: fraction?.denominator ?? 100,
})

const pathFault = (path: HTTPPathModifier | undefined, replacesPrefix: boolean): Fault | undefined => {
  if (path === undefined) return undefined
  if (path.type !== 'ReplacePrefixMatch' && path.type !== 'ReplaceFullPath')
    return unsupported(`the change ${path.type} of a path is not known`)
  const value = path.replaceFullPath ?? path.replacePrefixMatch ?? ''
  if (value !== '' && !isTarget(value)) return unsupported(`${JSON.stringify(value)} is no path`)
  if (path.type === 'ReplaceFullPath') return undefined
  return replacesPrefix ? undefined : unsupported('ReplacePrefixMatch needs a rule that matches by PathPrefix alone')
}

const pathChange = (path: HTTPPathModifier | undefined): { readonly path?: PathChange } => {
  if (path === undefined) return {}
  return path.type === 'ReplaceFullPath'
    ? { path: { type: 'Full', value: path.replaceFullPath ?? '' } }
    : { path: { type: 'Prefix', matched: '', value: path.replacePrefixMatch ?? '' } }
}

const rewrite = ({ hostname, path }: NonNullable<HTTPRouteFilter['urlRewrite']> = {}): Rewrite => ({
  ...(hostname && { hostname }),
  ...pathChange(path),
})

const STATUSES: readonly number[] = [301, 302, 303, 307, 308]

type WrittenRedirect = NonNullable<HTTPRouteFilter['requestRedirect']>

const redirectFault = ({ scheme, statusCode }: WrittenRedirect = {}): Fault | undefined => {
  if (scheme !== undefined && !Object.hasOwn(STANDARD_PORTS, scheme))
    return unsupported(`the scheme ${scheme} of a redirect is not known`)
  return statusCode === undefined || STATUSES.includes(statusCode)
    ? undefined
    : unsupported(`a redirect by the status ${statusCode} is not known`)
}

/** With a scheme and no port it leads to the scheme's own port, without both to the one that was asked. */
const redirectOf = ({ scheme, hostname, path, port, statusCode = 302 }: WrittenRedirect = {}): Redirect => {
  const target = port ?? (scheme && STANDARD_PORTS[scheme])
  return {
    ...(scheme && { scheme }),
    ...(hostname && { hostname }),
    ...(target && { port: target }),
    ...pathChange(path),
    status: statusCode as Redirect['status'],
  }
}

const cors = ({ maxAge = 5, ...written }: NonNullable<HTTPRouteFilter['cors']> = {}): Cors => ({
  origins: written.allowOrigins ?? [],
  methods: written.allowMethods ?? [],
  allowHeaders: written.allowHeaders ?? [],
  exposeHeaders: written.exposeHeaders ?? [],
  maxAgeSeconds: maxAge,
  credentials: written.allowCredentials ?? false,
})
