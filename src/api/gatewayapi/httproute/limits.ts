import { anyWidth, atMost, byDefault, count, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { hostnames, matchesInAll, ONE_RULE_A_NAME, ruleName } from '../shared/route-limits.ts'
import { httpFilters } from './filter-limits.ts'
import { HTTPHeaderMatch, HTTPPathMatch, HTTPQueryParamMatch, HTTPRouteMatch } from './match.ts'
import {
  HTTPBackendRef,
  HTTPRoute,
  HTTPRouteRetry,
  HTTPRouteRule,
  HTTPRouteSpec,
  HTTPRouteTimeouts,
} from './message.ts'

const ALL_PATHS = { type: 'PathPrefix', value: '/' }

/** Of a path that is no expression. */
const plain = (test: string, message: string) =>
  [`(self.type in ['Exact', 'PathPrefix']) ? ${test} : true`, `of Exact and PathPrefix: ${message}`] as const
const without = (...parts: readonly string[]) =>
  parts.map((part) => plain(`!self.value.contains('${part}')`, `the path must not contain ${part}`))
const notEnding = (...parts: readonly string[]) =>
  parts.map((part) => plain(`!self.value.endsWith('${part}')`, `the path must not end with ${part}`))

const IS_ONE_PREFIX =
  "size(self.matches) == 1 && has(self.matches[0].path) && self.matches[0].path.type == 'PathPrefix'"
/** Who replaces a prefix needs one, and only one. */
const replacesPrefix = (filter: string): string =>
  `has(f.${filter}) && has(f.${filter}.path) && f.${filter}.path.type == 'ReplacePrefixMatch' && has(f.${filter}.path.replacePrefixMatch)`
const prefixOfRule = (filter: string) =>
  [
    `(has(self.filters) && self.filters.exists_one(f, ${replacesPrefix(filter)})) ? (${IS_ONE_PREFIX}) : true`,
    `${filter} with replacePrefixMatch needs a rule with one match, of a PathPrefix`,
  ] as const
const prefixOfBackend = (filter: string) =>
  [
    `(has(self.backendRefs) && self.backendRefs.exists_one(b, has(b.filters) && b.filters.exists_one(f, ${replacesPrefix(filter)}))) ? (${IS_ONE_PREFIX}) : true`,
    `${filter} with replacePrefixMatch at a backend needs a rule with one match, of a PathPrefix`,
  ] as const

const matchType = ['Whether the value is the text, or a regular expression of RE2.', byDefault('Exact')] as const

export const httpRouteLimits: readonly MessageLimits[] = [
  limitsOf(HTTPRoute, {
    spec: ['Which requests go where.'],
    status: ['What the controllers of its parents say of it.'],
  }),
  limitsOf(HTTPRouteSpec, {
    hostnames,
    rules: [
      'What becomes of requests; each takes those that one of its matches fits.',
      count(1, 16),
      byDefault([{ matches: [{ path: ALL_PATHS }] }]),
      rules(matchesInAll('self[i].matches.size()')),
      ONE_RULE_A_NAME,
    ],
  }),
  limitsOf(
    HTTPRouteRule,
    {
      name: ruleName,
      matches: ['The requests: one of these must fit.', atMost(64), byDefault([{ path: ALL_PATHS }])],
      filters: ['What is done to requests and answers.', ...httpFilters],
      backendRefs: ['Where requests go, by weights.', atMost(16)],
      timeouts: ['How long requests may take.'],
      retry: ['When a request is sent once more.'],
      sessionPersistence: ['Keeps clients with the endpoint that they were sent to.'],
    },
    rules(
      [
        '(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))) : true',
        'a rule that redirects has no backendRefs',
      ],
      prefixOfRule('requestRedirect'),
      prefixOfRule('urlRewrite'),
      prefixOfBackend('requestRedirect'),
      prefixOfBackend('urlRewrite'),
    ),
  ),
  limitsOf(HTTPBackendRef, {
    filters: ['What is done to requests that this backend is chosen for.', ...httpFilters],
  }),
  limitsOf(
    HTTPRouteTimeouts,
    {
      request: [
        'Until an answer must have begun, however many endpoints are tried meanwhile, or it is 504; 0s: an hour.',
        texts.duration,
      ],
      backendRequest: ['Until one endpoint must have begun to answer, or it is 504; 0s: an hour.', texts.duration],
    },
    rules([
      "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
      'backendRequest must not be longer than request',
    ]),
  ),
  limitsOf(HTTPRouteRetry, {
    codes: ['The statuses of answers after which it is.', { items: { format: undefined, minimum: 400, maximum: 599 } }],
    attempts: ['How many times.', anyWidth],
    backoff: ['How long is waited before that, at least.', texts.duration],
  }),
  limitsOf(HTTPRouteMatch, {
    path: ['The path.', byDefault(ALL_PATHS)],
    headers: ['Headers, all of them.', atMost(16)],
    queryParams: ['Parameters of the query, all of them.', atMost(16)],
    method: ['The method.'],
  }),
  limitsOf(
    HTTPPathMatch,
    {
      type: [
        'Exact; PathPrefix, which goes by elements: /a fits /a and /a/b, not /ab; or RegularExpression, of RE2.',
        byDefault('PathPrefix'),
      ],
      value: ['The path.', byDefault('/'), { maxLength: 1024 }],
    },
    rules(
      plain("self.value.startsWith('/')", 'the path must begin with /'),
      ...without('//', '/./', '/../', '%2f', '%2F', '#'),
      ...notEnding('/..', '/.'),
      [
        "self.type in ['Exact', 'PathPrefix'] || self.type == 'RegularExpression'",
        'type is Exact, PathPrefix or RegularExpression',
      ],
      plain(`self.value.matches(r"""${texts.PATH}""")`, 'the path must hold nothing but what RFC 3986 knows there'),
    ),
  ),
  limitsOf(HTTPHeaderMatch, {
    type: matchType,
    name: ['The name, whose case counts for nothing.', texts.headerName],
    value: ['The value.', texts.headerValue],
  }),
  limitsOf(HTTPQueryParamMatch, {
    type: matchType,
    name: ['The name.', texts.headerName],
    value: ['The value.', { minLength: 1, maxLength: 1024 }],
  }),
]
