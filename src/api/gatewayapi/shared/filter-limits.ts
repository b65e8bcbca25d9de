import { atMost, byDefault, limitsOf, type MessageLimits, rules } from '../definition/limits.ts'
import * as texts from '../definition/texts.ts'
import { HTTPHeader, HTTPHeaderFilter } from './header-filter.ts'
import { Fraction, HTTPRequestMirrorFilter } from './request-mirror.ts'
import { CookieConfig, SessionPersistence } from './session-persistence.ts'

/** That a filter has what its type says, and nothing else: of each field the type that it belongs to. */
export const unionOf = (types: { readonly [field: string]: string }) =>
  rules(
    ...Object.entries(types).flatMap(([field, type]): readonly (readonly [string, string])[] => [
      [`!(has(self.${field}) && self.type != '${type}')`, `${field} belongs to type ${type} alone`],
      [`!(!has(self.${field}) && self.type == '${type}')`, `type ${type} needs ${field}`],
    ]),
  )

/** That of several filters no two are of one of these types. */
export const oneEach = (...types: readonly string[]): readonly (readonly [rule: string, message: string])[] =>
  types.map((type) => [`self.filter(f, f.type == '${type}').size() <= 1`, `only one filter may be of type ${type}`])

export const FILTER_TYPE = ['What it does; the field of that name says how.'] as const
export const REQUEST_HEADERS = ['Changes headers of the request.'] as const
export const RESPONSE_HEADERS = ['Changes headers of the answer.'] as const
export const MIRROR = ['Sends copies of requests elsewhere, whose answers nobody waits for.'] as const
export const EXTENSION = ["An implementation's own filter, of the same namespace."] as const

export const filterLimits: readonly MessageLimits[] = [
  limitsOf(HTTPHeader, {
    name: ['The name, whose case counts for nothing.', texts.headerName],
    value: ['The value.', texts.headerValue],
  }),
  limitsOf(HTTPHeaderFilter, {
    set: ['Puts these in the place of those of the same name.', atMost(16)],
    add: ['Adds these to those that are there.', atMost(16)],
    remove: ['Takes these away, by their names.', atMost(16)],
  }),
  limitsOf(
    HTTPRequestMirrorFilter,
    {
      backendRef: ['Where the copies go.'],
      percent: [
        'How many of a hundred requests; all where neither this nor fraction says it.',
        { minimum: 0, maximum: 100 },
      ],
      fraction: ['How many of how many requests.'],
    },
    rules(['!(has(self.percent) && has(self.fraction))', 'percent and fraction exclude each other']),
  ),
  limitsOf(
    Fraction,
    {
      numerator: ['How many.', { minimum: 0 }],
      denominator: ['Of how many.', byDefault(100), { minimum: 1 }],
    },
    rules(['self.numerator <= self.denominator', 'the numerator must not be greater than the denominator']),
  ),
  limitsOf(
    SessionPersistence,
    {
      sessionName: ['The name of the cookie, or header; none: the implementation has one.', { maxLength: 128 }],
      absoluteTimeout: ['How long a session lasts at most.', texts.duration],
      idleTimeout: ['How long a session lasts without a request.', texts.duration],
      type: ['By which clients are known again.', byDefault('Cookie')],
      cookieConfig: ['What a cookie is like.'],
    },
    rules(
      [
        "!has(self.cookieConfig) || !has(self.cookieConfig.lifetimeType) || self.cookieConfig.lifetimeType != 'Permanent' || has(self.absoluteTimeout)",
        'a cookie that is Permanent needs an absoluteTimeout',
      ],
      ["!has(self.cookieConfig) || self.type == 'Cookie'", 'cookieConfig belongs to type Cookie alone'],
    ),
  ),
  limitsOf(CookieConfig, {
    lifetimeType: ["Whether it ends with the client's session, or with absoluteTimeout.", byDefault('Session')],
  }),
]
