import { atMost, byDefault, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
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
import { hostnames, matchesInAll, ONE_RULE_A_NAME, ruleName } from '../shared/route-limits.ts'
import {
  GRPCBackendRef,
  GRPCHeaderMatch,
  GRPCMethodMatch,
  GRPCRoute,
  GRPCRouteFilter,
  GRPCRouteMatch,
  GRPCRouteRule,
  GRPCRouteSpec,
} from './message.ts'

const SERVICE = '^(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*$'
const METHOD = '^[A-Za-z_][A-Za-z_0-9]*$'

const filters = [atMost(16), rules(...oneEach('RequestHeaderModifier', 'ResponseHeaderModifier'))] as const
const matchType = ['Whether the value is the text, or a regular expression of RE2.', byDefault('Exact')] as const

/** Of a text that is no expression. */
const exact = (field: string, pattern: string, message: string) =>
  [
    `(!has(self.type) || self.type == 'Exact') && has(self.${field}) ? self.${field}.matches(r"""${pattern}""") : true`,
    message,
  ] as const

export const grpcRouteLimits: readonly MessageLimits[] = [
  limitsOf(GRPCRoute, {
    spec: ['Which calls go where.'],
    status: ['What the controllers of its parents say of it.'],
  }),
  limitsOf(GRPCRouteSpec, {
    hostnames,
    rules: [
      'What becomes of calls; each takes those that one of its matches fits.',
      atMost(16),
      rules(matchesInAll('(has(self[i].matches) ? self[i].matches.size() : 0)')),
      ONE_RULE_A_NAME,
    ],
  }),
  limitsOf(GRPCRouteRule, {
    name: ruleName,
    matches: ['The calls: one of these must fit; none: all calls.', atMost(64)],
    filters: ['What is done to calls and answers.', ...filters],
    backendRefs: ['Where calls go, by weights.', atMost(16)],
    sessionPersistence: ['Keeps clients with the endpoint that they were sent to.'],
  }),
  limitsOf(GRPCBackendRef, { filters: ['What is done to calls that this backend is chosen for.', ...filters] }),
  limitsOf(
    GRPCRouteFilter,
    {
      type: FILTER_TYPE,
      requestHeaderModifier: REQUEST_HEADERS,
      responseHeaderModifier: RESPONSE_HEADERS,
      requestMirror: MIRROR,
      extensionRef: EXTENSION,
    },
    unionOf({
      requestHeaderModifier: 'RequestHeaderModifier',
      responseHeaderModifier: 'ResponseHeaderModifier',
      requestMirror: 'RequestMirror',
      extensionRef: 'ExtensionRef',
    }),
  ),
  limitsOf(GRPCRouteMatch, {
    method: ['Service and method.'],
    headers: ['Headers, all of them.', atMost(16)],
  }),
  limitsOf(
    GRPCMethodMatch,
    {
      type: matchType,
      service: ['The service with its package.', { maxLength: 1024 }],
      method: ['The method.', { maxLength: 1024 }],
    },
    rules(
      ['has(self.type) ? has(self.service) || has(self.method) : true', 'a service or a method is needed'],
      exact('service', SERVICE, 'a service is identifiers with dots between them'),
      exact('method', METHOD, 'a method is an identifier'),
    ),
  ),
  limitsOf(GRPCHeaderMatch, {
    type: matchType,
    name: ['The name, whose case counts for nothing.', texts.headerName],
    value: ['The value.', { minLength: 1, maxLength: 4096 }],
  }),
]
