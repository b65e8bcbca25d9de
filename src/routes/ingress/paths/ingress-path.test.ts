import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, ruleFor } from '../testing/ask.ts'
import { ingress, route, rule, told } from '../testing/ingresses.ts'

/** Whether a request for the path gets to one of these paths, and to which; what none takes is 404. */
const taken = (paths: readonly string[], request: string): string => {
  const names = ['web', 'api', 'old', 'new']
  const routing = route({
    ingresses: [ingress('i', { rules: [rule('', ...paths.map((path, at) => `${path} ${names[at]}`))] })],
  })
  const name = ask(routing, `http://a.example${request}`)
  return paths[names.indexOf(name)] ?? name
}

test('paths match as the table of examples in the documentation of Kubernetes says', () => {
  const examples: readonly (readonly [readonly string[], string, string])[] = [
    [['Prefix /'], '/any/path', 'Prefix /'],
    [['Exact /foo'], '/foo', 'Exact /foo'],
    [['Exact /foo'], '/bar', '404'],
    [['Exact /foo'], '/foo/', '404'],
    [['Exact /foo/'], '/foo', '404'],
    [['Prefix /foo'], '/foo', 'Prefix /foo'],
    [['Prefix /foo'], '/foo/', 'Prefix /foo'],
    [['Prefix /foo/'], '/foo', 'Prefix /foo/'],
    [['Prefix /foo/'], '/foo/', 'Prefix /foo/'],
    [['Prefix /aaa/bb'], '/aaa/bbb', '404'],
    [['Prefix /aaa/bbb'], '/aaa/bbb', 'Prefix /aaa/bbb'],
    [['Prefix /aaa/bbb/'], '/aaa/bbb', 'Prefix /aaa/bbb/'],
    [['Prefix /aaa/bbb'], '/aaa/bbb/', 'Prefix /aaa/bbb'],
    [['Prefix /aaa/bbb'], '/aaa/bbb/ccc', 'Prefix /aaa/bbb'],
    [['Prefix /aaa/bbb'], '/aaa/bbbxyz', '404'],
    [['Prefix /', 'Prefix /aaa'], '/aaa/ccc', 'Prefix /aaa'],
    [['Prefix /', 'Prefix /aaa', 'Prefix /aaa/bbb'], '/aaa/bbb', 'Prefix /aaa/bbb'],
    [['Prefix /', 'Prefix /aaa', 'Prefix /aaa/bbb'], '/ccc', 'Prefix /'],
    [['Prefix /aaa'], '/ccc', '404'],
    [['Prefix /foo', 'Exact /foo'], '/foo', 'Exact /foo'],
  ]
  for (const [paths, request, expected] of examples)
    assert.equal(taken(paths, request), expected, `${paths.join(', ')} for ${request}`)
})

test('a path that leaves its type to us goes by elements, and an empty one is all', () => {
  assert.equal(taken(['ImplementationSpecific /foo'], '/foo/x'), 'ImplementationSpecific /foo')
  assert.equal(taken(['ImplementationSpecific /foo'], '/foox'), '404')
  const empty = { pathType: 'ImplementationSpecific', backend: { service: { name: 'web', port: { number: 80 } } } }
  const routing = route({ ingresses: [ingress('i', { rules: [{ http: { paths: [empty] } }] })] })
  assert.equal(ask(routing, 'http://a.example/x'), 'web')
})

test('a path is what a request has when it is matched: normalised', () => {
  const pathOf = (path: string) =>
    route({ ingresses: [ingress('i', { rules: [rule('', `Exact ${path} web`)] })] }).site?.ports[0]?.listeners[0]
      ?.entries[0]?.path.value
  assert.equal(pathOf('/%7ea'), '/~a')
  assert.equal(pathOf('/a%2b'), '/a%2B')
  assert.equal(pathOf('/größe'), '/gr%C3%B6%C3%9Fe')
  assert.equal(pathOf('/a?'), '/a%3F')
})

test('a path that no request can have is told, and the others of its Ingress stand', () => {
  for (const odd of ['/a/..;x', '/%00', '/a%2F..']) {
    const rules = [rule('', `ImplementationSpecific ${odd} old`, 'Prefix /x web')]
    const routing = route({ ingresses: [ingress('i', { rules })] })
    assert.equal(ask(routing, 'http://a.example/x'), 'web')
    assert.deepEqual(told(routing), [
      `shop/i InvalidPath: spec.rules[0].http.paths[0].path: "${odd}" is left out: no request has such a path: it is refused, with 400`,
    ])
  }
})

test('what is told of a path names its host, and the path as it was written', () => {
  const rules = [rule('', 'Prefix /x web'), rule('a.example', 'Exact /%00 old', 'Prefix /a/..;x old')]
  const { news } = route({ ingresses: [ingress('i', { rules })] })
  assert.deepEqual(
    news.map(({ hosts, path }) => [hosts, path]),
    [
      [['a.example'], { type: 'Exact', value: '/%00' }],
      [['a.example'], { type: 'Prefix', value: '/a/..;x' }],
    ],
  )
})

test('a path that is longer than requests are is told, and the others of its Ingress stand', () => {
  const longest = `/${'a'.repeat(8191)}`
  const rules = [
    rule('', `Prefix ${longest} old`, `Prefix ${longest}b new`, `Exact /${'é'.repeat(1366)} new`, 'Prefix /x web'),
  ]
  const routing = route({ ingresses: [ingress('i', { rules })] })
  assert.equal(ask(routing, 'http://a.example/x'), 'web')
  assert.equal(ask(routing, `http://a.example${longest}`), 'old')
  assert.equal(ask(routing, `http://a.example${longest}b`), '404')
  assert.deepEqual(
    told(routing).map((text) => text.split(' is left out: ')[1]),
    ['it is of 8193 octets, and may be of 8192', 'it is of 8197 octets, and may be of 8192'],
  )
})

test('with use-regex a path is a regular expression from its beginning on, in small or capital letters', () => {
  const rules = [rule('', 'ImplementationSpecific /v[12]/x web', 'Prefix / old')]
  const routing = route({ ingresses: [ingress('i', { rules }, { 'use-regex': 'true' })] })
  assert.equal(ask(routing, 'http://a.example/v1/x'), 'web')
  assert.equal(ask(routing, 'http://a.example/V2/X/more'), 'web')
  assert.equal(ask(routing, 'http://a.example/v3/x'), 'old')
  assert.equal(ask(routing, 'http://a.example/a/v1/x'), 'old')
})

test('with use-regex a path with a type is a regular expression only where it has letters of one', () => {
  const rules = [rule('', 'Prefix /plain web', 'Prefix /v(1|2) api', 'Exact /e(1)$ old', 'Exact /e new')]
  const routing = route({ ingresses: [ingress('i', { rules }, { 'use-regex': 'true' })] })
  assert.equal(ask(routing, 'http://a.example/plain/x'), 'web')
  assert.equal(ask(routing, 'http://a.example/plainly'), '404')
  assert.equal(ask(routing, 'http://a.example/v1x'), 'api')
  assert.equal(ask(routing, 'http://a.example/e1'), 'old')
  assert.equal(ask(routing, 'http://a.example/e(1)'), '404')
  assert.equal(ask(routing, 'http://a.example/e'), 'new')
  assert.equal(ask(routing, 'http://a.example/E'), '404')
})

test('the longest path decides, a regular expression or not', () => {
  const rules = [rule('', 'Prefix /a web', 'ImplementationSpecific /a/(b|c)/ api', 'Prefix /a/b/longer/prefix old')]
  const routing = route({ ingresses: [ingress('i', { rules }, { 'use-regex': 'true' })] })
  assert.equal(ask(routing, 'http://a.example/a/b/'), 'api')
  assert.equal(ask(routing, 'http://a.example/a/b/longer/prefix/x'), 'old')
  assert.equal(ask(routing, 'http://a.example/a/d'), 'web')
})

test('an alternative in a regular expression does not escape the beginning of the path', () => {
  const rules = [rule('', 'ImplementationSpecific /a|b web', 'Prefix / old')]
  const routing = route({ ingresses: [ingress('i', { rules }, { 'use-regex': 'true' })] })
  assert.equal(ask(routing, 'http://a.example/ax'), 'web')
  assert.equal(ask(routing, 'http://a.example/x/b'), 'old')
})

test('what is no regular expression is told with the reason, and left out', () => {
  const rules = [rule('', 'ImplementationSpecific /a( web')]
  const routing = route({ ingresses: [ingress('i', { rules }, { 'use-regex': 'true' })] })
  assert.equal(ask(routing, 'http://a.example/a('), '404')
  assert.match(
    told(routing)[0] ?? '',
    /InvalidPath: .*paths\[0\]\.path: "\/a\(" is left out: it is no regular .*missing closing \)/,
  )
})

test('the expressions of an Ingress have a bound together: the paths that come last go without', () => {
  const paths = Array.from({ length: 20 }, (_, number) => `ImplementationSpecific /${number}\\pL{10} web`)
  const routing = route({ ingresses: [ingress('i', { rules: [rule('', ...paths)] }, { 'use-regex': 'true' })] })
  const left = told(routing)
  assert.ok(left.length > 1 && left.length < 15, `${left.length}`)
  for (const text of left) assert.match(text, /InvalidPath: .*the expressions of its object before it/)
  assert.equal(ask(routing, 'http://a.example/0aaaaaaaaaa'), 'web')
  assert.equal(ask(routing, 'http://a.example/19aaaaaaaaaa'), '404')
})

const rewriteOf = (path: string, target: string, request: string) => {
  const routing = route({
    ingresses: [ingress('i', { rules: [rule('', `${path} web`)] }, { 'rewrite-target': target })],
  })
  const filters = ruleFor(routing, `http://a.example${request}`)?.filters ?? []
  return { path: filters.map((filter) => filter.type === 'rewrite' && filter.path)[0], told: told(routing) }
}

test('rewrite-target is the path that a backend is asked for, groups of the path in it', () => {
  assert.deepEqual(rewriteOf('Prefix /a', '/b', '/a/x'), { path: { type: 'Full', value: '/b' }, told: [] })
  for (const type of ['ImplementationSpecific', 'Prefix', 'Exact'])
    assert.deepEqual(rewriteOf(`${type} /a(/|$)(.*)`, '/b/$2', '/a/x'), {
      path: { type: 'Regex', pattern: '(?i:/a(/|$)(.*)).*', value: '/b/$2' },
      told: [],
    })
})

test('a group that the path does not have is empty, and told', () => {
  const { path, told: said } = rewriteOf('ImplementationSpecific /a(/|$)', '/b$1$2', '/a/x')
  assert.deepEqual(path, { type: 'Regex', pattern: '(?i:/a(/|$)).*', value: '/b$1' })
  assert.deepEqual(said, [
    'shop/i InvalidPath: spec.rules[0].http.paths[0].path: "/a(/|$)" has 1 groups, and rewrite-target asks for $2, which stays empty',
  ])
  assert.deepEqual(rewriteOf('Exact /a', '/$1', '/a').path, { type: 'Full', value: '/' })
})

test('a dollar that names no group is a letter of the path, and a path that is none has none, not even itself', () => {
  assert.deepEqual(rewriteOf('Prefix /a', '/b$c', '/a/x'), { path: { type: 'Full', value: '/b$c' }, told: [] })
  const whole = rewriteOf('Prefix /a', '/b$0', '/a/x')
  assert.deepEqual(whole.path, { type: 'Full', value: '/b' })
  assert.match(whole.told.join(), /asks for \$0, which stays empty$/)
  assert.deepEqual(rewriteOf('ImplementationSpecific /a', '/b$0', '/a/x').path, {
    type: 'Regex',
    pattern: '(?i:/a).*',
    value: '/b$0',
  })
})

test('an expression that is right alone, and not with what stands around it, is told, and breaks no other path', () => {
  // An end of what is quoted is not wanted in RE2.
  for (const odd of ['/\\Qabc', '/(?i']) {
    const rules = [rule('a.example', `ImplementationSpecific ${odd} web`, 'ImplementationSpecific /b api')]
    const routing = route({ ingresses: [ingress('i', { rules }, { 'use-regex': 'true' })] })
    assert.equal(ask(routing, 'http://a.example/b'), 'api')
    assert.match(told(routing).join(), /InvalidPath.*no regular expression of RE2/, odd)
  }
})
