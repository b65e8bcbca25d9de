import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rule } from '../../table/entry.ts'
import { ask, ruleFor } from '../testing/ask.ts'
import { ingress, route, rule, told } from '../testing/ingresses.ts'
import { ANNOTATIONS } from './annotation-list.ts'
import { DEFAULTS } from './settings.ts'

type Annotations = { readonly [name: string]: string }
const routed = (annotations: Annotations) =>
  route({ ingresses: [ingress('i', { rules: [rule('a.example', 'Prefix / web')] }, annotations)] })
const made = (annotations: Annotations): Rule => {
  const found = ruleFor(routed(annotations), 'http://a.example/')
  assert.ok(found)
  return found
}
const filter = (type: string, annotations: Annotations) => made(annotations).filters.find((one) => one.type === type)
const badly = (annotations: Annotations): string => {
  const [text, ...others] = told(routed(annotations))
  assert.deepEqual(others, [])
  return text ?? ''
}
const invalid = (name: string, value: string, rest: string): void =>
  assert.equal(
    badly({ [name]: value }),
    `shop/i InvalidAnnotation: annotation nginx.ingress.kubernetes.io/${name}: ${JSON.stringify(value)} ${rest}`,
  )

test('an annotation that is not honoured is told by its name, with what else does its work', () => {
  const told = (name: string) => badly({ [name]: 'x' }).replace('shop/i UnsupportedAnnotation: annotation ', '')
  const full = (name: string) => `nginx.ingress.kubernetes.io/${name} is not honoured, and has no effect`
  for (const [name, way] of [
    ['load-balance', 'remove it, or see which are honoured in docs/ingress.md'],
    ['server-snippet', 'an HTTPRoute changes headers and paths by its filters'],
    ['custom-headers', 'an HTTPRoute sets headers by its filters'],
    ['mirror-target', 'an HTTPRoute sends copies of requests by its filter RequestMirror'],
    ['ssl-passthrough', 'a TLSRoute passes TLS through to its backends'],
    ['proxy-ssl-verify', 'a BackendTLSPolicy says how the certificates of backends are checked, for an HTTPRoute'],
    ['server-alias', 'a rule, or an Ingress with permanent-redirect, for the other host'],
    ['proxy-connect-timeout', 'proxy-read-timeout limits the time until a backend answers'],
    ['session-cookie-path', 'remove it, or see which are honoured in docs/ingress.md'],
  ] as const)
    assert.equal(told(name), `${full(name)}: ${way}`)
})

test('what would keep somebody out, and is not honoured, is not open instead: requests get 503, and that is told', () => {
  const closed = (annotations: Annotations, name: string, way: string): void => {
    const text = `annotation nginx.ingress.kubernetes.io/${name} is not honoured, since it restricts who may ask, all requests get 503: ${way}`
    assert.equal(told(routed(annotations))[0], `shop/i UnsupportedAnnotation: ${text}`)
    assert.deepEqual(made(annotations).action, {
      type: 'answer',
      status: 503,
      reason: `annotation nginx.ingress.kubernetes.io/${name} restricts who may ask, and is not honoured here`,
    })
  }
  const login = 'let the backend ask for a login, or a proxy such as oauth2-proxy before it, and remove this one'
  const certificate = 'a Gateway asks clients for certificates by spec.tls.frontend'
  for (const name of ['auth-url', 'auth-type', 'auth-secret']) closed({ [name]: 'x' }, name, login)
  for (const name of ['auth-tls-secret', 'auth-tls-verify-client', 'auth-tls-match-cn'])
    closed({ [name]: 'x' }, name, certificate)
  const ranges = 'whitelist-source-range and denylist-source-range say who may ask'
  closed({ 'configuration-snippet': 'if ($bad) { return 403; }' }, 'configuration-snippet', ranges)
  closed({ 'server-snippet': 'location /x {\n  deny all;\n}' }, 'server-snippet', ranges)
  closed({ 'auth-url': 'x', 'permanent-redirect': 'https://b.example' }, 'auth-url', login)
})

test('what only seems to keep somebody out, or is off, closes nothing', () => {
  const open: readonly Annotations[] = [
    { 'auth-tls-secret': 'shop/ca', 'auth-tls-verify-client': 'off' },
    { 'enable-modsecurity': 'false' },
    { 'configuration-snippet': 'more_set_headers "X-Deny: deny";' },
    { 'auth-url': '' },
    { 'limit-rps': '5' },
    { satisfy: 'any' },
    { 'auth-realm': 'x' },
    { constructor: 'x', toString: 'x' },
  ]
  for (const annotations of open)
    assert.equal(ask(routed(annotations), 'http://a.example/'), 'web', JSON.stringify(annotations))
})

test('a canary has its rules from the Ingress that it shares with, and closes nothing', () => {
  const rules = [rule('a.example', 'Prefix / web')]
  const canary = ingress('c', { rules }, { canary: 'true', 'canary-weight': '50', 'auth-url': 'x' })
  const routing = route({ ingresses: [ingress('i', { rules }), canary] })
  assert.equal(ask(routing, 'http://a.example/'), '50 web 50 web')
})

test('some may not ask, and nobody where whom is meant cannot be read', () => {
  assert.deepEqual(made({ 'denylist-source-range': '10.0.0.7/8, 192.0.2.1' }).refused, ['10.0.0.0/8', '192.0.2.1/32'])
  assert.deepEqual(made({ 'denylist-source-range': 'x', 'whitelist-source-range': '10.0.0.0/8' }).sources, [])
  const odd = 'has what is neither an address nor a CIDR: x; what holds instead: nobody may ask'
  invalid('denylist-source-range', '10.0.0.0/8,x', odd)
})

test('annotations of others, and those without a value, are none of ours', () => {
  const routing = routed({ 'cert-manager.io/issuer': 'x', 'proxy-body-size': ' ', 'whitelist-source-range': '' })
  assert.deepEqual(told(routing), [])
  assert.deepEqual(made({ 'whitelist-source-range': '' }).sources, undefined)
})

test('every annotation is known by one name, and says in a sentence what it does', () => {
  assert.equal(new Set(ANNOTATIONS.map(({ name }) => name)).size, ANNOTATIONS.length)
  for (const { name, does } of ANNOTATIONS) assert.match(does, /[.]$/, name)
})

test('no annotation takes a value that means nothing', () => {
  const anything = ['x-forwarded-prefix', 'session-cookie-name', 'canary-by-header-value', 'canary-by-cookie']
  const free = [...anything, 'canary-by-header', 'upstream-vhost', 'canary-by-header-pattern']
  for (const { name, read } of ANNOTATIONS)
    if (!free.includes(name)) assert.ok(read('no\tsuch (value', DEFAULTS).problem, name)
    else
      for (const bad of name === 'canary-by-header-pattern' ? ['(', '\\Qa', 'a)|(b'] : ['ö ö'])
        assert.ok(read(bad, DEFAULTS).problem, `${name}: ${bad}`)
})

test('only those of the addresses and ranges may ask, and nobody where none can be read', () => {
  assert.equal(made({}).sources, undefined)
  assert.deepEqual(made({ 'whitelist-source-range': '10.0.0.7/8, 192.0.2.1,2001:db8::/32' }).sources, [
    '10.0.0.0/8',
    '192.0.2.1/32',
    '2001:db8::/32',
  ])
  assert.deepEqual(made({ 'whitelist-source-range': '10.0.0.0/8', 'allowlist-source-range': '192.0.2.1' }).sources, [
    '192.0.2.1/32',
  ])
  assert.deepEqual(made({ 'whitelist-source-range': 'x' }).sources, [])
  invalid(
    'whitelist-source-range',
    '10.0.0.0/8,x',
    'has what is neither an address nor a CIDR: x; what holds instead: only 10.0.0.0/8 may ask',
  )
  invalid(
    'allowlist-source-range',
    'x',
    'has what is neither an address nor a CIDR: x; what holds instead: nobody may ask',
  )
})

test('of more ranges than a request may be compared with nobody may ask, and the annotation is told', () => {
  const ranges = (count: number) =>
    Array.from({ length: count }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`).join(', ')
  assert.equal(made({ 'whitelist-source-range': ranges(1000) }).sources?.length, 1000)
  assert.equal(made({ 'denylist-source-range': ranges(1000) }).refused?.length, 1000)
  for (const name of ['whitelist-source-range', 'allowlist-source-range', 'denylist-source-range']) {
    assert.deepEqual(made({ [name]: ranges(1001) }).sources, [], name)
    invalid(name, ranges(1001), 'has 1001 addresses and CIDRs, and may have 1000; what holds instead: nobody may ask')
  }
})

test('a body may have 1m, or what proxy-body-size says, 0 being no limit', () => {
  const limit = (size: string) => made({ 'proxy-body-size': size }).bodyLimit?.octets
  assert.deepEqual(made({}).bodyLimit, { octets: 1_048_576, isWritten: false })
  assert.ok(made({ 'proxy-body-size': '1m' }).bodyLimit?.isWritten)
  assert.deepEqual(['8m', '2K', '1g', '100', '0', 'x'].map(limit), [
    8_388_608,
    2048,
    1_073_741_824,
    100,
    undefined,
    1_048_576,
  ])
  invalid('proxy-body-size', '8mb', 'is no size such as 8m; what holds instead: 1m')
})

test('a backend must have begun to answer within proxy-read-timeout', () => {
  assert.equal(made({}).backendTimeoutMs, undefined)
  assert.equal(made({ 'proxy-read-timeout': '120' }).backendTimeoutMs, 120_000)
  for (const odd of ['1m', '0', '86401'])
    invalid('proxy-read-timeout', odd, 'is no number of seconds between 1 and 86400; what holds instead: an hour')
})

test('clients come back to an endpoint by a cookie', () => {
  assert.equal(made({ 'session-cookie-name': 'x' }).persistence, undefined)
  assert.deepEqual(made({ affinity: 'cookie' }).persistence, {
    type: 'Cookie',
    name: 'INGRESSCOOKIE',
    lifetime: 'Session',
  })
  const named = { affinity: 'cookie', 'session-cookie-name': 'x', 'session-cookie-expires': '60' }
  const persistence = { type: 'Cookie', name: 'x', lifetime: 'Permanent' }
  assert.deepEqual(made(named).persistence, { ...persistence, absoluteTimeoutMs: 60_000 })
  assert.deepEqual(made({ ...named, 'session-cookie-max-age': '5' }).persistence, {
    ...persistence,
    absoluteTimeoutMs: 5000,
  })
  invalid('affinity', 'ip', 'is not cookie; what holds instead: no affinity')
  invalid('session-cookie-name', 'a b', 'is no name of a cookie; what holds instead: INGRESSCOOKIE')
  invalid(
    'session-cookie-max-age',
    '1h',
    'is no number of seconds; what holds instead: a cookie that ends with the browser',
  )
})

test('a backend is asked for another host, and told the prefix that was taken away', () => {
  const annotations = { 'upstream-vhost': 'b.example', 'x-forwarded-prefix': '/a', 'rewrite-target': '/' }
  assert.deepEqual(made(annotations).filters, [
    { type: 'requestHeaders', set: [{ name: 'X-Forwarded-Prefix', value: '/a' }], add: [], remove: [] },
    { type: 'rewrite', hostname: 'b.example', path: { type: 'Full', value: '/' } },
  ])
  assert.deepEqual(made({}).filters, [])
})

test('of more origins, methods or headers than a request may be compared with none is allowed, and that is told', () => {
  for (const [name, key, what, instead] of [
    ['cors-allow-origin', 'origins', 'origins', 'no origin may ask'],
    ['cors-allow-methods', 'methods', 'methods', 'none'],
    ['cors-allow-headers', 'allowHeaders', 'names of headers', 'none'],
    ['cors-expose-headers', 'exposeHeaders', 'names of headers', 'none'],
  ] as const) {
    const list = (count: number) =>
      Array.from({ length: count }, (_, at) => `${key === 'origins' ? 'https://' : ''}x${at}`).join(', ')
    const allowed = (count: number) => {
      const cors = filter('cors', { 'enable-cors': 'true', [name]: list(count) })
      return cors?.type === 'cors' ? cors[key].length : undefined
    }
    assert.deepEqual([allowed(100), allowed(101)], [100, 0], name)
    invalid(name, list(101), `has 101 ${what}, and may have 100; what holds instead: ${instead}`)
  }
})

test('other sites’ pages may ask with enable-cors, as the other annotations of CORS say', () => {
  assert.equal(filter('cors', { 'cors-allow-origin': 'https://b.example' }), undefined)
  assert.deepEqual(filter('cors', { 'enable-cors': 'true' }), {
    type: 'cors',
    ...DEFAULTS.corsValues,
    credentials: false,
  })
  assert.deepEqual(
    filter('cors', {
      'enable-cors': 'true',
      'cors-allow-origin': 'https://b.example:8443, https://*.c.example',
      'cors-allow-methods': 'GET,PUT',
      'cors-allow-headers': 'X-A',
      'cors-expose-headers': 'X-B, X-C',
      'cors-allow-credentials': 'false',
      'cors-max-age': '60',
    }),
    {
      type: 'cors',
      origins: ['https://b.example:8443', 'https://*.c.example'],
      methods: ['GET', 'PUT'],
      allowHeaders: ['X-A'],
      exposeHeaders: ['X-B', 'X-C'],
      credentials: false,
      maxAgeSeconds: 60,
    },
  )
})

test('an origin that cannot be read lets nobody in, and credentials that cannot be read are not sent', () => {
  const origins = { 'enable-cors': 'true', 'cors-allow-origin': 'b.example' }
  const cors = filter('cors', origins)
  assert.deepEqual(cors?.type === 'cors' && cors.origins, [])
  const credentials = filter('cors', { 'enable-cors': 'true', 'cors-allow-credentials': 'maybe' })
  assert.equal(credentials?.type === 'cors' && credentials.credentials, false)
  invalid('cors-allow-origin', 'b.example', 'has what is no origin: b.example; what holds instead: no origin may ask')
  invalid('cors-allow-methods', 'GET,P T', 'has what is no method: P T; what holds instead: GET')
})

test('permanent-redirect sends everything to an address, with a code of its own', () => {
  const action = (annotations: Annotations) => made(annotations).action
  const address = { scheme: 'https', hostname: 'b.example', port: 443 }
  assert.deepEqual(action({ 'permanent-redirect': 'https://B.example' }), {
    type: 'redirect',
    ...address,
    path: { type: 'Full', value: '/' },
    status: 301,
  })
  assert.deepEqual(
    action({ 'permanent-redirect': 'https://b.example$request_uri', 'permanent-redirect-code': '308' }),
    {
      type: 'redirect',
      ...address,
      status: 308,
    },
  )
  assert.deepEqual(action({ 'permanent-redirect': 'http://b.example:8080/x' }), {
    type: 'redirect',
    scheme: 'http',
    hostname: 'b.example',
    port: 8080,
    path: { type: 'Full', value: '/x' },
    status: 301,
  })
  for (const odd of [
    'b.example',
    'https://b.example/?x=1',
    'https://b.example/$host',
    'ftp://b.example',
    'https://b:99999',
  ])
    invalid(
      'permanent-redirect',
      odd,
      'is no address such as https://shop.example/new, or https://shop.example$request_uri; what holds instead: no redirect',
    )
  invalid('permanent-redirect-code', '200', 'is none of 301, 302, 303, 307, 308; what holds instead: 301')
})

test('temporal-redirect goes before permanent-redirect', () => {
  const both = { 'temporal-redirect': 'https://b.example', 'permanent-redirect': 'https://c.example' }
  assert.equal(ask(routed(both), 'http://a.example/'), '302 https b.example /')
  assert.equal(ask(routed({ ...both, 'temporal-redirect-code': '307' }), 'http://a.example/'), '307 https b.example /')
})

test('where everything is sent elsewhere, nobody misses a Service', () => {
  const rules = [rule('a.example', 'Prefix / gone')]
  const routing = route({ ingresses: [ingress('i', { rules }, { 'permanent-redirect': 'https://b.example' })] })
  assert.deepEqual(told(routing), [])
})

test('app-root is where / leads, and nothing below it', () => {
  const routing = routed({ 'app-root': '/shop' })
  assert.equal(ask(routing, 'http://a.example/'), '302 /shop')
  assert.equal(ask(routing, 'http://a.example/x'), 'web')
  invalid('app-root', 'shop', 'is no path; what holds instead: no redirect')
})

test('words for true and false are those of Go', () => {
  const isForced = (value: string) => ask(routed({ 'force-ssl-redirect': value }), 'http://a.example/') === '308 https'
  assert.deepEqual(['true', 'True', '1', 't', 'false', '0', 'yes'].map(isForced), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ])
  invalid('force-ssl-redirect', 'yes', 'is neither true nor false; what holds instead: false')
})

test('a redirect leads to a port that there is', () => {
  const instead =
    'is no address such as https://shop.example/new, or https://shop.example$request_uri; what holds instead: no redirect'
  for (const port of [0, 65_536]) invalid('permanent-redirect', `https://b.example:${port}/`, instead)
  for (const port of [1, 65_535]) {
    const { action } = made({ 'permanent-redirect': `https://b.example:${port}/` })
    assert.equal(action.type === 'redirect' && action.port, port)
  }
})

test('a path to rewrite to begins with a slash', () => {
  invalid('rewrite-target', 'b/', 'is no path; what holds instead: the path of the request')
})

test('without other words CORS allows what ingress-nginx does', () => {
  const cors = filter('cors', { 'enable-cors': 'true' })
  assert.deepEqual(cors, {
    type: 'cors',
    origins: ['*'],
    methods: 'GET PUT POST DELETE PATCH OPTIONS'.split(' '),
    allowHeaders:
      'DNT Keep-Alive User-Agent X-Requested-With If-Modified-Since Cache-Control Content-Type Range Authorization'.split(
        ' ',
      ),
    exposeHeaders: [],
    maxAgeSeconds: 1_728_000,
    credentials: false,
  })
})
