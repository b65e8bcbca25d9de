import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entriesOfPort } from '../../table/port-entries.ts'
import { ask } from '../testing/ask.ts'
import { ingress, ingressClass, route, rule, secret, services, to, told } from '../testing/ingresses.ts'

const inNamespace = (namespace: string) =>
  services('web', 'api').map((one: any) => ({ ...one, metadata: { ...one.metadata, namespace } }))
const tls = (secretName: string, ...hosts: readonly string[]) => [{ ...(hosts.length > 0 && { hosts }), secretName }]
const secrets = [
  secret('a', ['a.example']),
  secret('b', ['b.example']),
  secret('star', ['*.example']),
  secret('other', ['other.example']),
  secret('broken', 'broken'),
]
const one = (host: string, secretName: string, annotations = {}) =>
  ingress('i', { rules: [rule(host, 'Prefix / web')], tls: tls(secretName, host) }, annotations)
const portsOf = ({ wantedPorts }: ReturnType<typeof route>) => wantedPorts.map(({ port }) => port)
const at443 = (routing: ReturnType<typeof route>) =>
  (routing.site?.ports.find(({ port }) => port === 443)?.listeners ?? []).map((listener) => [
    listener.hostname,
    listener.tls?.mode === 'Terminate' ? listener.tls.certificates.join() : '',
  ])

test('there is a port 443 where some Ingress has a certificate, and a listener on it for each host that has one', () => {
  const plain = route({ ingresses: [ingress('i', { rules: [rule('', 'Prefix / web')] })] })
  assert.deepEqual([portsOf(plain), plain.site?.ports.map(({ port }) => port)], [[80], [80]])
  const routing = route({ ingresses: [one('b.example', 'b'), one('a.example', 'a')], secrets })
  assert.deepEqual(portsOf(routing), [80, 443])
  assert.deepEqual(at443(routing), [
    ['a.example', 'Secret shop/a'],
    ['b.example', 'Secret shop/b'],
  ])
  assert.deepEqual(routing.certificates.get('Secret shop/a'), {
    origin: { kind: 'Secret', namespace: 'shop', name: 'a' },
    names: ['a.example'],
    chain: 'CERT a.example',
    key: 'KEY a',
  })
  assert.equal(ask(routing, 'https://a.example/'), 'web')
  assert.equal(ask(routing, 'https://c.example/'), '404')
})

test('ports are bound where the site’s Service says, and left out until it says so', () => {
  const bound = (ports: { readonly [port: number]: number }) => {
    const routing = route({ ingresses: [one('a.example', 'a')], secrets }, { bindOf: (_, port) => ports[port] })
    assert.deepEqual(portsOf(routing), [80, 443])
    return [routing.site?.ports.map(({ port, bind, kind }) => `${kind} ${port} at ${bind}`), routing.certificates.size]
  }
  assert.deepEqual(bound({ 80: 10_001, 443: 10_002 }), [['http 80 at 10001', 'tls 443 at 10002'], 1])
  assert.deepEqual(bound({ 80: 10_001 }), [['http 80 at 10001'], 0])
  assert.deepEqual(bound({}), [[], 0])
})

test('requests without TLS for a host that has a certificate are sent to HTTPS with 308', () => {
  const routing = route({ ingresses: [one('a.example', 'a')], secrets })
  const entry = routing.site?.ports[0]?.listeners[0]?.entries[0]
  assert.deepEqual(entry?.rule.action, { type: 'redirect', scheme: 'https', port: 443, status: 308 })
  assert.equal(ask(routing, 'https://a.example/'), 'web')
})

test('ssl-redirect says false: such a host is served without TLS too', () => {
  const routing = route({ ingresses: [one('a.example', 'a', { 'ssl-redirect': 'false' })], secrets })
  assert.equal(ask(routing, 'http://a.example/'), 'web')
})

test('force-ssl-redirect sends to HTTPS whether there is a certificate or not', () => {
  const rules = [rule('a.example', 'Prefix / web')]
  const annotations = { 'force-ssl-redirect': 'true', 'ssl-redirect': 'false' }
  assert.equal(ask(route({ ingresses: [ingress('i', { rules }, annotations)] }), 'http://a.example/'), '308 https')
})

test('who came by HTTPS to a proxy that is believed is not sent there again', () => {
  const data = { 'use-forwarded-headers': 'true', 'trusted-proxies': '10.0.0.0/8' }
  const configMaps = [{ metadata: { namespace: 'kube-system', name: 'edge' }, data }]
  const believing = ingressClass('fairlead', { spec: { parameters: { kind: 'ConfigMap', name: 'edge' } } })
  const same = one('a.example', 'a')
  const asked = (cluster: object, proto: string) =>
    ask(route({ ingresses: [same], secrets, ...cluster }), 'http://a.example/', { 'x-forwarded-proto': proto })
  for (let time = 0; time < 2; time++) {
    assert.equal(asked({ classes: [believing], configMaps }, 'https'), 'web')
    assert.equal(asked({ classes: [believing], configMaps }, 'http'), '308 https')
    assert.equal(asked({}, 'https'), '308 https')
  }
})

test('a host has the certificate of the oldest Ingress that brings one for it; another one is told', () => {
  const both = secret('both', ['a.example', 'b.example'])
  const first = ingress('first', { rules: [rule('a.example', 'Prefix /a web')], tls: tls('a', 'a.example') })
  const second = ingress('second', { rules: [rule('a.example', 'Prefix /b api')], tls: tls('both', 'a.example') })
  const routing = route({ ingresses: [second, first], secrets: [...secrets, both] })
  assert.deepEqual(at443(routing), [['a.example', 'Secret shop/a']])
  assert.deepEqual([...routing.certificates.keys()], ['Secret shop/a'])
  assert.equal(ask(routing, 'https://a.example/b'), 'api')
  assert.deepEqual(told(routing), [
    'shop/second Conflict: spec.tls[0]: a.example has another certificate by spec.tls[0] of Ingress shop/first, which comes first; it is left out',
  ])
})

test('two Secrets with the same certificate are no conflict', () => {
  const ingresses = ['a', 'copy'].map((name) =>
    ingress(name, { rules: [rule('a.example', `Prefix /${name} web`)], tls: tls(name, 'a.example') }),
  )
  assert.deepEqual(told(route({ ingresses, secrets: [...secrets, secret('copy', ['a.example'])] })), [])
})

test('a Secret that is not there, is broken, or is for other hosts is told, and its hosts have no HTTPS', () => {
  for (const [name, why] of [
    ['gone', 'there is no Secret shop/gone'],
    ['broken', 'Secret shop/broken: tls.crt is no certificate'],
    ['other', 'the certificate of Secret shop/other is for other.example'],
  ] as const) {
    const routing = route({ ingresses: [one('a.example', name)], secrets })
    assert.deepEqual(told(routing), [
      `shop/i CertificateUnusable: spec.tls[0]: ${why}; there is no HTTPS for a.example, and HTTP is not redirected`,
    ])
    assert.equal(ask(routing, 'http://a.example/'), 'web')
    assert.deepEqual(portsOf(routing), [80])
  }
})

test('which hosts a certificate cannot be shown for is told as data: of several those alone that it is not for', () => {
  const hostsOf = (named: readonly string[], secretName: string) => {
    const spec = { rules: [rule('a.example', 'Prefix / web')], tls: [{ hosts: [...named], secretName }] }
    return route({ ingresses: [ingress('i', spec)], secrets }).news.map(({ reason, hosts }) => [reason, hosts])
  }
  assert.deepEqual(hostsOf(['A.example', 'b.example'], 'gone'), [['CertificateUnusable', ['a.example', 'b.example']]])
  assert.deepEqual(hostsOf(['a.example', 'other.example'], 'other'), [['CertificateUnusable', ['a.example']]])
  assert.deepEqual(hostsOf([], 'gone'), [['CertificateUnusable', ['a.example']]])
})

test('an entry without a Secret is told, and its hosts have no HTTPS', () => {
  const routing = route({ ingresses: [one('a.example', '')], secrets })
  assert.deepEqual(told(routing), [
    'shop/i CertificateUnusable: spec.tls[0]: it names no Secret; there is no HTTPS for a.example, and HTTP is not redirected',
  ])
  assert.equal(ask(routing, 'http://a.example/'), 'web')
  assert.deepEqual(portsOf(routing), [80])
})

test('a younger Ingress with a certificate mends a host whose older one has none', () => {
  const ingresses = [
    one('a.example', 'gone'),
    ingress('late', { rules: [rule('a.example', 'Prefix /l web')], tls: tls('a') }),
  ]
  assert.deepEqual(at443(route({ ingresses, secrets })), [['a.example', 'Secret shop/a']])
})

test('a Secret without hosts is for those of its Ingress’ rules', () => {
  const rules = [rule('a.example', 'Prefix / web'), rule('b.example', 'Prefix / api')]
  const routing = route({ ingresses: [ingress('i', { rules, tls: tls('a') })], secrets })
  assert.deepEqual(at443(routing), [['a.example', 'Secret shop/a']])
  assert.equal(told(routing).length, 1, 'it is not for b.example')
  const all = route({ ingresses: [ingress('all', { rules: [rule('', 'Prefix / web')], tls: tls('a') })], secrets })
  assert.deepEqual(at443(all), [['', 'Secret shop/a']])
  const alone = ingress('alone', { defaultBackend: to('web'), tls: tls('a') })
  assert.deepEqual(at443(route({ ingresses: [alone], secrets })), [['', 'Secret shop/a']], 'it has no rules')
})

test('a certificate with a star is for hosts of one label more, in a rule or in a host with a star', () => {
  const star = (host: string) => at443(route({ ingresses: [one(host, 'star')], secrets }))
  assert.deepEqual(star('z.example'), [['z.example', 'Secret shop/star']])
  assert.deepEqual(star('*.example'), [['*.example', 'Secret shop/star']])
  assert.deepEqual(star('example'), [])
  assert.deepEqual(star('y.z.example'), [])
})

test('nobody’s clients are sent to HTTPS by another namespace’s certificate for a wider host', () => {
  const plain = ingress('victim/plain', { rules: [rule('a.example', 'Prefix / web')] })
  const greedy = ingress('evil/star', { rules: [rule('*.example', 'Prefix /x api')], tls: tls('star', '*.example') })
  const exclusive = ingressClass('fairlead', { spec: { parameters: { kind: 'ConfigMap', name: 'edge' } } })
  for (const one of [ingressClass('fairlead'), exclusive]) {
    const routing = route({
      classes: [one],
      configMaps: [{ metadata: { namespace: 'kube-system', name: 'edge' }, data: { 'host-ownership': 'exclusive' } }],
      ingresses: [plain, greedy],
      services: [...services('web', 'api'), ...['victim', 'evil'].flatMap((namespace) => inNamespace(namespace))],
      secrets: [secret('star', ['*.example'], 'evil')],
    })
    assert.equal(ask(routing, 'http://a.example/'), 'web')
    assert.equal(ask(routing, 'http://b.example/x'), '308 https')
  }
})

test('a host below one with a star that has a certificate has HTTPS by it', () => {
  const rules = [
    rule('a.example', 'Prefix /a web'),
    rule('*.example', 'Prefix /b api'),
    rule('y.z.example', 'Prefix / old'),
  ]
  const routing = route({ ingresses: [ingress('i', { rules, tls: tls('star', '*.example') })], secrets })
  assert.equal(ask(routing, 'https://a.example/a'), 'web')
  assert.equal(ask(routing, 'https://a.example/b'), 'api')
  assert.equal(ask(routing, 'https://z.example/a'), '404')
  assert.equal(ask(routing, 'https://y.z.example/'), '404')
  assert.equal(ask(routing, 'http://a.example/a'), '308 https')
  assert.equal(ask(routing, 'http://y.z.example/'), 'old')
})

test('on a host with a certificate the rules for wider hosts are reached as without TLS, and sent to HTTPS too', () => {
  const rules = [
    rule('a.example', 'Prefix /a web'),
    rule('*.example', 'Prefix /b api', 'Prefix /a/b old'),
    rule('', 'Prefix / new'),
  ]
  const routing = route({ ingresses: [ingress('i', { rules, tls: tls('a', 'a.example') })], secrets })
  const seen = ['/a/b', '/b', '/c'].map((path) => [
    ask(routing, `https://a.example${path}`),
    ask(routing, `http://a.example${path}`),
    ask(routing, `http://z.example${path}`),
  ])
  assert.deepEqual(seen, [
    ['web', '308 https', 'old'],
    ['api', '308 https', 'api'],
    ['new', '308 https', 'new'],
  ])
})

test('under the certificate for all hosts are those that have none of their own', () => {
  const all = ingress('all', { rules: [rule('', 'Prefix / web')], tls: tls('a') })
  const plain = ingress('plain', { rules: [rule('p.example', 'Prefix /p api')] })
  const own = ingress('own', { rules: [rule('b.example', 'Prefix / old')], tls: tls('b', 'b.example') })
  const routing = route({ ingresses: [all, plain, own], secrets })
  const listener = routing.site?.ports[1]?.listeners.find(({ hostname }) => hostname === '')
  assert.deepEqual(
    listener?.entries.map(({ hostname, path }) => `${hostname}${path.value}`),
    ['p.example/p', '/'],
  )
  assert.equal(ask(routing, 'https://p.example/p'), 'api')
  assert.equal(ask(routing, 'http://p.example/p'), 'api')
})

test('listeners of Ingresses have stars of one label', () => {
  const { site } = route({ ingresses: [one('*.example', 'star')], secrets })
  for (const { listeners } of site?.ports ?? []) for (const { star } of listeners) assert.equal(star, 'one')
})

test('rules without a host stand once for all hosts with a certificate: entries are as many as rules, not their product', () => {
  const count = (hosts: number, paths: number): number => {
    const names = Array.from({ length: hosts }, (_, at) => `h${at}.example`)
    const routing = route({
      ingresses: [
        ingress('own', {
          rules: names.map((host) => rule(host, 'Prefix /own web')),
          tls: names.map((host) => ({ hosts: [host], secretName: 'star' })),
        }),
        ingress('wide', { rules: [rule('', ...Array.from({ length: paths }, (_, at) => `Prefix /p${at} api`))] }),
      ],
      secrets,
    })
    assert.equal(ask(routing, `http://h${hosts - 1}.example/p${paths - 1}`), '308 https')
    assert.equal(ask(routing, `https://h${hosts - 1}.example/p${paths - 1}`), 'api')
    assert.equal(ask(routing, `http://z.example/p${paths - 1}`), 'api')
    return (routing.site?.ports ?? []).reduce((sum, port) => sum + entriesOfPort(port).length, 0)
  }
  const [one, ten] = [count(10, 10), count(100, 100)]
  assert.ok(ten <= 10 * one, `${one}, ${ten}`)
})

test('a host whose certificate cannot be shown is not sent to HTTPS by what is shown for wider hosts', () => {
  const rules = [rule('a.example', 'Prefix /a web'), rule('*.example', 'Prefix /b api'), rule('', 'Prefix /c old')]
  const tlsOf = [...tls('gone', 'a.example'), ...tls('star', '*.example')]
  const routing = route({ ingresses: [ingress('i', { rules, tls: tlsOf })], secrets })
  assert.deepEqual(
    ['/a', '/b', '/c', '/d'].map((path) => ask(routing, `http://a.example${path}`)),
    ['web', 'api', 'old', '404'],
  )
  assert.deepEqual(
    ['/b', '/c', '/d'].map((path) => ask(routing, `http://z.example${path}`)),
    ['308 https', '308 https', '404'],
  )
})

const refusing = (...names: readonly string[]) => ({
  refusals: new Map(names.map((name) => [`IngressClass undefined/fairlead ${name}`, 'key too small'])),
})

test('a host whose HTTPS a proxy refuses has none, nobody is sent there, and the Ingress with the certificate is told', () => {
  const both = [rule('a.example', 'Prefix / web'), rule('b.example', 'Prefix / api')]
  const older = ingress('tls', { tls: [...tls('b', 'b.example'), ...tls('a', 'a.example')] })
  const cluster = { ingresses: [older, ingress('rules', { rules: both })], secrets }
  const routing = route(cluster, refusing('a.example'))
  assert.deepEqual(at443(routing), [['b.example', 'Secret shop/b']])
  assert.deepEqual(
    ['http://a.example/', 'http://b.example/', 'https://b.example/'].map((url) => ask(routing, url)),
    ['web', '308 https', 'api'],
  )
  assert.deepEqual(told(routing), [
    'shop/tls CertificateUnusable: spec.tls[1]: the proxy does not take it for a.example: key too small; there is no HTTPS for a.example by it, and HTTP is not redirected',
  ])
  // Its Service keeps the port: the proxy asks again.
  assert.deepEqual(portsOf(route(cluster, refusing('a.example', 'b.example'))), [80, 443])
})

test('with the HTTPS for a wider name that of its hosts is gone, and is told where one has a listener of its own', () => {
  const rules = [rule('a.example', 'Prefix / web'), rule('*.example', 'Prefix /b api'), rule('', 'Prefix /c old')]
  const tlsOf = [...tls('star', '*.example'), ...tls('a', '')]
  const cluster = { ingresses: [ingress('i', { rules, tls: tlsOf })], secrets }
  const paths = (routing: ReturnType<typeof route>) =>
    ['/', '/b', '/c'].map((path) => ask(routing, `http://${path === '/' ? 'a' : 'z'}.example${path}`))
  assert.deepEqual(paths(route(cluster)), ['308 https', '308 https', '308 https'])
  const plain = route(cluster, refusing('*.example'))
  assert.deepEqual([paths(plain), told(plain).length], [['web', 'api', 'old'], 1])
  assert.equal(ask(plain, 'http://other.test/c'), '308 https')
  assert.equal(ask(route(cluster, refusing('*')), 'http://other.test/c'), 'old')
  const exclusive = ingressClass('fairlead', { spec: { parameters: { kind: 'ConfigMap', name: 'edge' } } })
  const configMaps = [{ metadata: { namespace: 'kube-system', name: 'edge' }, data: { 'host-ownership': 'exclusive' } }]
  const owned = route({ ...cluster, classes: [exclusive], configMaps }, refusing('a.example'))
  assert.deepEqual(paths(owned), ['web', '308 https', '308 https'])
  assert.match(told(owned).join(), /^shop\/i CertificateUnusable: spec.tls\[0\]: .* for a.example: key too small/)
})

test('a host whose own certificate is refused is shown a wider one, and served by its rules: by nobody else’s where it has an owner', () => {
  const victim = ingress('v', { rules: [rule('a.example', 'Prefix /a web')], tls: tls('a', 'a.example') })
  const star = ingress('evil/i', { rules: [rule('*.example', 'Prefix / api')], tls: tls('star', '*.example') })
  const cluster = {
    ingresses: [victim, star],
    services: [...services('web', 'api'), ...inNamespace('evil')],
    secrets: [...secrets, secret('star', ['*.example'], 'evil')],
  }
  const exclusive = ingressClass('fairlead', { spec: { parameters: { kind: 'ConfigMap', name: 'edge' } } })
  const configMaps = [{ metadata: { namespace: 'kube-system', name: 'edge' }, data: { 'host-ownership': 'exclusive' } }]
  const asked = (routing: ReturnType<typeof route>) =>
    ['https://a.example/a', 'https://a.example/x', 'http://a.example/a'].map((url) => ask(routing, url))
  const owned = { ...cluster, classes: [exclusive], configMaps }
  assert.deepEqual(asked(route(owned)), ['web', '404', '308 https'])
  const refused = route(owned, refusing('a.example'))
  assert.deepEqual(asked(refused), ['web', '404', 'web'])
  assert.deepEqual(at443(refused), [
    ['a.example', 'Secret evil/star'],
    ['*.example', 'Secret evil/star'],
  ])
  assert.deepEqual(asked(route(cluster, refusing('a.example'))), ['web', 'api', 'web'])
  // Where the wider one is refused, too, nobody answers.
  assert.deepEqual(at443(route(owned, refusing('a.example', '*.example'))), [])
  // The widest is the one for all hosts.
  const every = ingress('evil/i', { rules: [rule('', 'Prefix / api')], tls: tls('star', '') })
  const widest = { ...owned, ingresses: [victim, every] }
  assert.deepEqual(asked(route(widest, refusing('a.example'))), ['web', '404', 'web'])
  assert.deepEqual(at443(route(widest, refusing('a.example'))), [
    ['a.example', 'Secret evil/star'],
    ['', 'Secret evil/star'],
  ])
  assert.deepEqual(at443(route(widest, refusing('a.example', '*'))), [])
})

test('nobody takes the way to HTTPS from hosts of others by naming a Secret that is not there', () => {
  const star = ingress('star', { rules: [rule('*.example', 'Prefix / api')], tls: tls('star', '*.example') })
  const other = ingress('other/i', { rules: [rule('a.example', 'Prefix /a web')], tls: tls('gone', 'a.example') })
  const routing = route({
    ingresses: [star, other],
    services: [...services('web', 'api'), ...inNamespace('other')],
    secrets,
  })
  assert.equal(ask(routing, 'http://a.example/b'), '308 https')
  assert.equal(ask(routing, 'http://a.example/a'), 'web')
})

test('a listener of HTTPS has an id of its own, so that one that a proxy refuses takes along none of HTTP', () => {
  const all = ingress('all', { rules: [rule('', 'Prefix / web'), rule('a.example', 'Prefix / api')], tls: tls('a') })
  const [plain, secure] = (route({ ingresses: [all], secrets }).site?.ports ?? []).map(({ listeners }) =>
    listeners.map(({ name, hostname }) => `${hostname}: ${name}`),
  )
  assert.deepEqual(
    [plain, secure],
    [
      ['a.example: ', ': '],
      ['a.example: a.example', ': *'],
    ],
  )
})
