import { bool, int32, int64, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../group.ts'
import { HTTPHeaderFilter } from '../shared/header-filter.ts'
import { LocalObjectReference } from '../shared/references.ts'
import { HTTPRequestMirrorFilter } from '../shared/request-mirror.ts'
import { HTTPExternalAuthFilter } from './external-auth.ts'

const HTTPPathModifierType = oneOf('ReplaceFullPath', 'ReplacePrefixMatch')
const Scheme = oneOf('http', 'https')
const HTTPMethodWithWildcard = oneOf(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  '*',
)
const HTTPRouteFilterType = oneOf(
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestMirror',
  'RequestRedirect',
  'URLRewrite',
  'ExtensionRef',
  'CORS',
  'ExternalAuth',
)

export class HTTPPathModifier extends message('HTTPPathModifier', {
  type: required(1, HTTPPathModifierType),
  replaceFullPath: optional(2, string),
  replacePrefixMatch: optional(3, string),
}) {}

export class HTTPRequestRedirectFilter extends message('HTTPRequestRedirectFilter', {
  scheme: optional(1, Scheme),
  hostname: optional(2, string),
  path: optional(3, HTTPPathModifier),
  port: optional(4, int32),
  statusCode: optional(5, int64),
}) {}

export class HTTPURLRewriteFilter extends message('HTTPURLRewriteFilter', {
  hostname: optional(1, string),
  path: optional(2, HTTPPathModifier),
}) {}

export class HTTPCORSFilter extends message('HTTPCORSFilter', {
  allowOrigins: list(1, string, { list: 'set' }),
  allowCredentials: optional(2, bool),
  allowMethods: list(3, HTTPMethodWithWildcard, { list: 'set' }),
  allowHeaders: list(4, string, { list: 'set' }),
  exposeHeaders: list(5, string, { list: 'set' }),
  maxAge: optional(6, int32),
}) {}

export class HTTPRouteFilter extends message('HTTPRouteFilter', {
  type: required(1, HTTPRouteFilterType),
  requestHeaderModifier: optional(2, HTTPHeaderFilter),
  responseHeaderModifier: optional(3, HTTPHeaderFilter),
  requestMirror: optional(4, HTTPRequestMirrorFilter),
  requestRedirect: optional(5, HTTPRequestRedirectFilter),
  urlRewrite: optional(6, HTTPURLRewriteFilter),
  cors: optional(7, HTTPCORSFilter),
  externalAuth: optional(8, HTTPExternalAuthFilter),
  extensionRef: optional(9, LocalObjectReference),
}) {}
