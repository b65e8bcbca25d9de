import { type Case, expectAll } from '../expect.ts'
import { gateway, httpRoute, https, INFRA, listener, to } from '../objects.ts'
import { Statuses } from '../statuses.ts'
import type { Cases, Suite } from '../suite.ts'
import { replaced } from './headers.ts'
import { onSame } from './matching.ts'

const redirect = (status: number, more: object = {}): Readonly<Record<string, unknown>> => ({
  filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: status, ...more } }],
})

const goes = (ask: string, status: number, to: NonNullable<Case['redirect']>): Case => ({
  ask,
  status: [status],
  redirect: to,
})
const single = (status: number, method: string) => (suite: Suite) =>
  onSame(suite, [to('', ['/moved'], redirect(status))], [goes(`${method} /moved`, status, { path: '/moved' })])

const HOST = { hostname: 'example.org' }
/** `/name` of a listener leads where its redirect says. */
const turns = async (
  suite: Suite,
  rules: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  expected: Readonly<Record<string, readonly [number, NonNullable<Case['redirect']>]>>,
  asks: Readonly<Record<string, string>> = {},
) =>
  onSame(
    suite,
    Object.entries(rules).map(([name, rule]) => to('', [`/${name}`], rule)),
    Object.entries(expected).map(([name, [status, where]]) => goes(asks[name] ?? `/${name}`, status, where)),
  )

const schemes = (words: readonly string[]) =>
  words.map((word) => {
    const [scheme, port] = word.split('-')
    const more = { ...HOST, ...(scheme !== 'nil' && { scheme }), ...(port !== 'nil' && { port: Number(port) }) }
    return to('', [`/scheme-${scheme}-and-port-${port}`], redirect(302, more))
  })
const schemeCases = (wanted: Readonly<Record<string, string>>, host = ''): readonly Case[] =>
  Object.entries(wanted).map(([word, where]) => {
    const [scheme, port] = where.split(':') as [string, string?]
    const [from, at] = word.split('-')
    return goes(`${host}/scheme-${from}-and-port-${at}`, 302, { scheme, host: 'example.org', ...(port && { port }) })
  })

export const REDIRECTS: Cases = {
  HTTPRoute303Redirect: single(303, 'POST'),
  HTTPRoute307Redirect: single(307, 'GET'),
  HTTPRoute308Redirect: single(308, 'GET'),

  HTTPRouteRedirectHostAndStatus: (suite) =>
    turns(
      suite,
      { 'hostname-redirect': redirect(302, HOST), 'host-and-status': redirect(301, HOST) },
      { 'hostname-redirect': [302, { host: 'example.org' }], 'host-and-status': [301, { host: 'example.org' }] },
    ),

  HTTPRouteRedirectPath: (suite) =>
    turns(
      suite,
      {
        'original-prefix': redirect(302, replaced('Prefix', '/replacement-prefix')),
        full: redirect(302, replaced('Full', '/full-path-replacement')),
        'path-and-host': redirect(302, { ...HOST, ...replaced('Prefix', '/replacement-prefix') }),
        'path-and-status': redirect(301, replaced('Prefix', '/replacement-prefix')),
        'full-path-and-host': redirect(302, { ...HOST, ...replaced('Full', '/replacement-full') }),
        'full-path-and-status': redirect(301, replaced('Full', '/replacement-full')),
      },
      {
        'original-prefix': [302, { path: '/replacement-prefix/lemon' }],
        full: [302, { path: '/full-path-replacement' }],
        'path-and-host': [302, { host: 'example.org', path: '/replacement-prefix' }],
        'path-and-status': [301, { path: '/replacement-prefix' }],
        'full-path-and-host': [302, { host: 'example.org', path: '/replacement-full' }],
        'full-path-and-status': [301, { path: '/replacement-full' }],
      },
      { 'original-prefix': '/original-prefix/lemon', full: '/full/path/original' },
    ),

  HTTPRouteRedirectPort: (suite) =>
    turns(
      suite,
      {
        port: redirect(302, { port: 8083 }),
        'port-and-host': redirect(302, { ...HOST, port: 8083 }),
        'port-and-status': redirect(301, { port: 8083 }),
      },
      {
        port: [302, { port: '8083' }],
        'port-and-host': [302, { port: '8083', host: 'example.org' }],
        'port-and-status': [301, { port: '8083' }],
      },
    ),

  HTTPRouteRedirectScheme: (suite) =>
    turns(
      suite,
      {
        scheme: redirect(302, { scheme: 'https' }),
        'scheme-and-host': redirect(302, { ...HOST, scheme: 'https' }),
        'scheme-and-status': redirect(301, { scheme: 'https' }),
      },
      {
        scheme: [302, { scheme: 'https' }],
        'scheme-and-host': [302, { scheme: 'https', host: 'example.org' }],
        'scheme-and-status': [301, { scheme: 'https' }],
      },
    ),

  async HTTPRouteRedirectPortAndScheme(suite) {
    const statuses = new Statuses(suite)
    const at8080 = 'same-namespace-with-http-listener-on-8080'
    const secure = 'redirects-over-tls'
    await suite.apply(
      gateway(at8080, [listener('http', 8080)]),
      gateway(secure, [https('https')]),
      httpRoute(
        'port-80',
        'same-namespace',
        schemes(['nil-nil', 'nil-80', 'nil-8080', 'https-nil', 'https-443', 'https-8443']),
      ),
      httpRoute('port-8080', at8080, schemes(['nil-nil', 'nil-80', 'https-nil'])),
      httpRoute('port-443', secure, schemes(['nil-nil', 'nil-443', 'nil-8443', 'http-nil', 'http-80', 'http-8080'])),
    )
    const plain = await statuses.accepted('same-namespace', 'HTTPRoute', 'port-80')
    const other = await statuses.accepted(at8080, 'HTTPRoute', 'port-8080')
    const tls = await statuses.accepted(secure, 'HTTPRoute', 'port-443')
    const trust = Buffer.from(
      (await suite.get('Secret', 'tls-validity-checks-certificate', INFRA)).data['tls.crt'],
      'base64',
    ).toString()
    await expectAll(
      suite,
      plain,
      schemeCases({
        'nil-nil': 'http',
        'nil-80': 'http',
        'nil-8080': 'http:8080',
        'https-nil': 'https',
        'https-443': 'https',
        'https-8443': 'https:8443',
      }),
    )
    await expectAll(suite, other, schemeCases({ 'nil-nil': 'http:8080', 'nil-80': 'http', 'https-nil': 'https' }))
    await expectAll(
      suite,
      tls,
      schemeCases(
        {
          'nil-nil': 'https',
          'nil-443': 'https',
          'nil-8443': 'https:8443',
          'http-nil': 'http',
          'http-80': 'http',
          'http-8080': 'http:8080',
        },
        'example.org',
      ),
      { tls: { name: 'example.org', trust } },
    )
  },
}
