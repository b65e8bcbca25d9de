import type { Case } from '../expect.ts'
import { to } from '../objects.ts'
import type { Cases } from '../suite.ts'
import { onSame } from './matching.ts'

const filter = (cors: object): Readonly<Record<string, unknown>> => ({ filters: [{ type: 'CORS', cors }] })
const either = (one: string, other: string) => [`${one}, ${other}`, `${other}, ${one}`]

/** What a browser asks before a request. */
const preflight = (
  path: string,
  origin: string,
  method: string,
  answer: Case['answer'],
  more: Partial<Case> = {},
): Case => ({
  ask: `OPTIONS ${path}`,
  headers: { Origin: origin, 'access-control-request-method': method },
  answeredHere: true,
  status: [200, 204],
  answer: answer ?? {},
  ...more,
})
const ASKED = { 'access-control-request-headers': 'x-header-1, x-header-2' }
const withHeaders = (one: Case): Case => ({ ...one, headers: { ...one.headers, ...ASKED } })
const simple = (path: string, origin: string, answer: NonNullable<Case['answer']>, method = 'GET'): Case => ({
  ask: `${method} ${path}`,
  headers: { Origin: origin },
  answer,
})
const CREDENTIALS = 'access-control-allow-credentials'
const ALLOW_ORIGIN = 'access-control-allow-origin'

export const CORS: Cases = {
  HTTPRouteCORS: (suite) =>
    onSame(
      suite,
      [
        to(
          'v1',
          ['/cors-1'],
          filter({
            allowOrigins: ['https://www.foo.com', 'https://*.bar.com'],
            allowMethods: ['GET', 'OPTIONS'],
            allowHeaders: ['x-header-1', 'x-header-2'],
            exposeHeaders: ['x-header-3', 'x-header-4'],
            allowCredentials: true,
            maxAge: 3600,
          }),
        ),
        to('v1', ['/cors-2'], filter({ allowOrigins: ['https://www.foo.com'], allowMethods: ['*'] })),
        to('v1', ['/any-origin'], filter({ allowOrigins: ['*'], allowMethods: ['PUT'], allowCredentials: false })),
        ...[true, false].map((allowCredentials) =>
          to(
            'v1',
            [allowCredentials ? '/any' : '/any-unauth'],
            filter({
              allowOrigins: ['*'],
              allowMethods: ['*'],
              allowHeaders: ['*'],
              allowCredentials,
            }),
          ),
        ),
      ],
      [
        ...['https://www.foo.com', 'https://www.bar.com', 'https://xpto.www.bar.com'].map((origin) =>
          withHeaders(
            preflight('/cors-1', origin, 'GET', {
              oneOf: {
                [ALLOW_ORIGIN]: [origin],
                'access-control-allow-methods': either('GET', 'OPTIONS'),
                'access-control-allow-headers': either('x-header-1', 'x-header-2'),
                'access-control-expose-headers': either('x-header-3', 'x-header-4'),
                'access-control-max-age': ['3600'],
                [CREDENTIALS]: ['true'],
              },
            }),
          ),
        ),
        preflight('/cors-1', 'https://foobar.com', 'GET', { absent: [ALLOW_ORIGIN] }, { status: [200, 204, 403] }),
        ...['https://www.foo.com', 'https://www.bar.com'].map((origin) =>
          withHeaders(simple('/cors-1', origin, { headers: { [ALLOW_ORIGIN]: origin } })),
        ),
        simple('/cors-1', 'https://foobar.com', { absent: [ALLOW_ORIGIN] }),
        preflight('/cors-2', 'https://www.foo.com', 'POST', {
          headers: { [ALLOW_ORIGIN]: 'https://www.foo.com' },
          oneOf: { 'access-control-allow-methods': ['POST', '*'] },
          absent: [CREDENTIALS],
        }),
        ...['https://foobar.com', 'https://foobar.com:12345'].flatMap((origin) => [
          preflight('/any-origin', origin, 'PUT', {
            oneOf: { [ALLOW_ORIGIN]: [origin, '*'], 'access-control-allow-methods': ['PUT'] },
            absent: [CREDENTIALS],
          }),
          simple('/any-origin', origin, { oneOf: { [ALLOW_ORIGIN]: [origin, '*'] }, absent: [CREDENTIALS] }, 'PUT'),
        ]),
        withHeaders(
          preflight('/any', 'https://other.foo.com', 'PUT', {
            oneOf: {
              [ALLOW_ORIGIN]: ['https://other.foo.com'],
              'access-control-allow-methods': ['PUT'],
              'access-control-allow-headers': either('x-header-1', 'x-header-2'),
              [CREDENTIALS]: ['true'],
            },
          }),
        ),
        withHeaders(
          preflight('/any-unauth', 'https://other.foo.com', 'PUT', {
            oneOf: {
              [ALLOW_ORIGIN]: ['https://other.foo.com', '*'],
              'access-control-allow-methods': ['PUT', '*'],
              'access-control-allow-headers': [...either('x-header-1', 'x-header-2'), '*'],
            },
            absent: [CREDENTIALS],
          }),
        ),
        {
          ask: '/any Cookie=foo=bar',
          headers: { Origin: 'https://other.foo.com' },
          answer: { headers: { [ALLOW_ORIGIN]: 'https://other.foo.com', [CREDENTIALS]: 'true' } },
        },
        {
          ask: '/any-unauth Cookie=foo=bar',
          headers: { Origin: 'https://other.foo.com' },
          // The origin itself, where it might be a star: a request with a cookie is not answered with one.
          answer: { headers: { [ALLOW_ORIGIN]: 'https://other.foo.com' }, absent: [CREDENTIALS] },
        },
      ],
    ),

  HTTPRouteCORSAllowCredentialsBehavior: (suite) => {
    const own = 'https://app.example'
    const headers = { Cookie: 'sid=abc123', Authorization: 'Bearer test' }
    const asks = (path: string, origin: string, answer: NonNullable<Case['answer']>): Case => ({
      ask: path,
      headers: { ...headers, Origin: origin },
      answer,
    })
    return onSame(
      suite,
      [false, true].map((allowCredentials) =>
        to('v1', [`/creds-${allowCredentials}`], filter({ allowOrigins: [own], allowCredentials })),
      ),
      [
        asks('/creds-false', own, { absent: [CREDENTIALS] }),
        asks('/creds-true', 'http://not-app.example', { absent: [CREDENTIALS] }),
        asks('/creds-true', own, { headers: { [CREDENTIALS]: 'true', [ALLOW_ORIGIN]: own } }),
      ],
    )
  },
}
