import { anyWidth, atMost, byDefault, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import {
  EXTENSION,
  FILTER_TYPE,
  MIRROR,
  oneEach,
  REQUEST_HEADERS,
  RESPONSE_HEADERS,
  unionOf,
} from '../shared/filter-limits.ts'
import { ForwardBodyConfig, GRPCAuthConfig, HTTPAuthConfig, HTTPExternalAuthFilter } from './external-auth.ts'
import {
  HTTPCORSFilter,
  HTTPPathModifier,
  HTTPRequestRedirectFilter,
  HTTPRouteFilter,
  HTTPURLRewriteFilter,
} from './filter.ts'

/** Of the filters of a rule or of a backend. */
export const httpFilters = [
  atMost(16),
  rules(
    [
      "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
      'RequestRedirect and URLRewrite exclude each other',
    ],
    ...oneEach('CORS', 'RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestRedirect', 'URLRewrite'),
  ),
] as const

/** That a field stands where the type asks for it, and only there. */
const belongs = (field: string, to: string, type: string): readonly (readonly [string, string])[] => [
  [`self.${to} == '${type}' ? has(self.${field}) : true`, `${to} ${type} needs ${field}`],
  [`has(self.${field}) ? self.${to} == '${type}' : true`, `${field} belongs to ${to} ${type} alone`],
]

const alone = (what: string) => rules(["!('*' in self && self.size() > 1)", `* stands alone among the ${what}`])
const names = [atMost(64), { items: texts.headerName }] as const

export const httpFilterLimits: readonly MessageLimits[] = [
  limitsOf(
    HTTPRouteFilter,
    {
      type: FILTER_TYPE,
      requestHeaderModifier: REQUEST_HEADERS,
      responseHeaderModifier: RESPONSE_HEADERS,
      requestMirror: MIRROR,
      requestRedirect: ['Answers that what is asked for is elsewhere.'],
      urlRewrite: ['Changes what the backend is asked for.'],
      cors: ['Tells browsers which pages of other origins may ask.'],
      externalAuth: ['Has another server say who may ask.'],
      extensionRef: EXTENSION,
    },
    unionOf({
      cors: 'CORS',
      requestHeaderModifier: 'RequestHeaderModifier',
      responseHeaderModifier: 'ResponseHeaderModifier',
      requestMirror: 'RequestMirror',
      requestRedirect: 'RequestRedirect',
      urlRewrite: 'URLRewrite',
      extensionRef: 'ExtensionRef',
      externalAuth: 'ExternalAuth',
    }),
  ),
  limitsOf(
    HTTPPathModifier,
    {
      type: ['Whether all of the path is replaced, or the prefix that matched.'],
      replaceFullPath: ['Stands in the place of the path.', { maxLength: 1024 }],
      replacePrefixMatch: ['Stands in the place of the prefix.', { maxLength: 1024 }],
    },
    rules(
      ...belongs('replaceFullPath', 'type', 'ReplaceFullPath'),
      ...belongs('replacePrefixMatch', 'type', 'ReplacePrefixMatch'),
    ),
  ),
  limitsOf(HTTPRequestRedirectFilter, {
    scheme: ['The scheme of the address; none: that of the request.'],
    hostname: ['The name in the address; none: that of the request.', texts.preciseHostname],
    path: ['What becomes of the path.'],
    port: ['The port in the address; none: that of the scheme, or of the listener.', texts.port],
    statusCode: ['The status of the answer.', anyWidth, byDefault(302), { enum: [301, 302, 303, 307, 308] }],
  }),
  limitsOf(HTTPURLRewriteFilter, {
    hostname: ['Stands in the place of the Host header.', texts.preciseHostname],
    path: ['What becomes of the path.'],
  }),
  limitsOf(HTTPCORSFilter, {
    allowOrigins: [
      'The origins: scheme, name and port; `*` stands for all, or for the beginning of a name.',
      atMost(64),
      alone('origins'),
      {
        items: {
          minLength: 1,
          maxLength: 253,
          pattern: '(^\\*$)|(^(http(s)?):\\/\\/(((\\*\\.)?([a-zA-Z0-9\\-]+\\.)*[a-zA-Z0-9-]+|\\*)(:([0-9]{1,5}))?)$)',
        },
      },
    ],
    allowCredentials: ['Whether requests may carry cookies and the like.'],
    allowMethods: ['The methods that they may use; `*`: all.', atMost(9), alone('methods')],
    allowHeaders: ['The headers that they may send; `*`: all.', ...names, alone('headers')],
    exposeHeaders: ['The headers of answers that they may read.', ...names],
    maxAge: ['For how many seconds browsers may remember it.', byDefault(5), { minimum: 1 }],
  }),
  limitsOf(
    HTTPExternalAuthFilter,
    {
      protocol: ['How the server is asked.'],
      backendRef: ['The server.'],
      grpc: ['For GRPC.'],
      http: ['For HTTP.'],
      forwardBody: ['Sends the body of the request along.'],
    },
    rules(...belongs('grpc', 'protocol', 'GRPC'), ...belongs('http', 'protocol', 'HTTP')),
  ),
  limitsOf(GRPCAuthConfig, { allowedHeaders: ['Headers of the request that are sent along.', atMost(64)] }),
  limitsOf(HTTPAuthConfig, {
    path: ['Stands before the path of the request.', { maxLength: 1024, pattern: texts.PATH }],
    allowedHeaders: ['Headers of the request that are sent along.', atMost(64)],
    allowedResponseHeaders: ["Headers of the server's answer that the backend gets.", atMost(64)],
  }),
  limitsOf(ForwardBodyConfig, { maxSize: ['How many octets of it at most.', anyWidth] }),
]
