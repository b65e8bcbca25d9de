import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { ingress, ingressClass, OUR_CLASS, route, rule, secret, services, told } from '../testing/ingresses.ts'

const exclusive = ingressClass('fairlead', { spec: { parameters: { kind: 'ConfigMap', name: 'edge' } } })
const configMaps = [{ metadata: { namespace: 'kube-system', name: 'edge' }, data: { 'host-ownership': 'exclusive' } }]
const known = [...services('web', 'api'), { ...services('web')[0], metadata: { namespace: 'team', name: 'web' } }]
const cluster = (classes: readonly any[], ...ingresses: readonly any[]) =>
  route({ ingresses, classes, configMaps, services: known, secrets: [secret('cert', ['a.example'], 'team')] })

const older = ingress('shop/older', { rules: [rule('a.example', 'Prefix /a web')] })
const guest = ingress('team/guest', {
  rules: [rule('a.example', 'Prefix /b web'), rule('b.example', 'Prefix / web')],
  tls: [{ hosts: ['a.example'], secretName: 'cert' }],
  defaultBackend: { service: { name: 'web', port: { number: 80 } } },
})

test('namespaces may share a host where the class does not say otherwise', () => {
  const routing = cluster([OUR_CLASS], older, guest)
  assert.equal(ask(routing, 'https://a.example/b'), 'web')
  assert.deepEqual(told(routing), [])
})

test('a host that two namespaces share is sent to HTTPS by a certificate with a star of either', () => {
  const star = ingress('team/star', {
    rules: [rule('a.example', 'Prefix /b web')],
    tls: [{ hosts: ['*.example'], secretName: 'star' }],
  })
  const secrets = [secret('star', ['*.example'], 'team')]
  const routing = route({ ingresses: [older, star], classes: [OUR_CLASS], services: known, secrets })
  assert.deepEqual([ask(routing, 'http://a.example/a'), ask(routing, 'http://a.example/b')], ['308 https', '308 https'])
})

test('with host-ownership exclusive a host belongs to the namespace of the oldest Ingress that names it', () => {
  const routing = cluster([exclusive], guest, older)
  assert.deepEqual(told(routing), [
    'team/guest HostOwned: host a.example belongs to namespace shop, whose Ingress older comes first: it is left out here',
  ])
  assert.equal(ask(routing, 'http://a.example/a'), 'web')
  assert.equal(ask(routing, 'http://a.example/b'), '404')
  assert.equal(ask(routing, 'http://b.example/b'), 'web')
  assert.deepEqual(
    routing.wantedPorts.map(({ port }) => port),
    [80],
    'its certificate is left out too',
  )
})

test('which hosts an Ingress may not have is told as data, those of wide rules as they are written', () => {
  const wide = ingress('team/wide', { rules: [rule('*.example', 'Prefix / web'), rule('', 'Prefix / web')] })
  const { news } = cluster([exclusive], older, guest, wide)
  assert.deepEqual(
    news.map(({ object, reason, hosts }) => [object.name, reason, hosts]),
    [
      ['guest', 'HostOwned', ['a.example']],
      ['wide', 'HostOwned', ['*.example']],
      ['wide', 'HostOwned', ['']],
    ],
  )
})

test('the namespace that owns a host may have several Ingresses for it', () => {
  const second = ingress('shop/second', { rules: [rule('a.example', 'Prefix /c api')] })
  const routing = cluster([exclusive], older, second)
  assert.equal(ask(routing, 'http://a.example/c'), 'api')
  assert.deepEqual(told(routing), [])
})

test('a host that a certificate alone names is owned as well', () => {
  const first = ingress('team/first', {
    rules: [rule('b.example', 'Prefix / web')],
    tls: [{ hosts: ['c.example'], secretName: 'x' }],
  })
  const second = ingress('shop/second', { rules: [rule('c.example', 'Prefix / web')] })
  const routing = cluster([exclusive], first, second)
  assert.equal(ask(routing, 'http://c.example/'), '404')
})

test('an owned host is served by no rules of other namespaces, be they for all hosts or for a star, and that is told', () => {
  const wide = ingress('team/wide', {
    rules: [rule('', 'Prefix /.well-known web'), rule('*.example', 'Prefix /star web')],
    defaultBackend: { service: { name: 'web', port: { number: 80 } } },
  })
  const own = ingress('shop/own', { rules: [rule('', 'Prefix /ours api')] })
  const secured = ingress('shop/secured', {
    rules: [rule('c.example', 'Prefix /c web')],
    tls: [{ hosts: ['c.example'], secretName: 'shown' }],
  })
  const asked = (classes: readonly any[]) => {
    const secrets = [secret('shown', ['c.example'])]
    return route({ ingresses: [wide, older, own, secured], classes, configMaps, services: known, secrets })
  }
  const answers = (routing: ReturnType<typeof route>, host: string) =>
    ['/.well-known', '/star', '/else', '/ours'].map((path) => ask(routing, `${host}${path}`))
  const routing = asked([exclusive])
  assert.deepEqual(answers(routing, 'http://a.example'), ['404', '404', '404', 'api'])
  assert.deepEqual(answers(routing, 'https://c.example'), ['404', '404', '404', 'api'])
  assert.deepEqual(answers(routing, 'http://z.example'), ['web', 'web', 'web', 'web'])
  assert.deepEqual(answers(routing, 'http://z.other'), ['web', 'web', 'web', 'api'])
  assert.deepEqual(told(routing), [
    'team/wide HostOwned: rules for all hosts are left out for hosts of other namespaces, such as a.example, which belongs to namespace shop',
    'team/wide HostOwned: rules for *.example are left out for hosts of other namespaces, such as a.example, which belongs to namespace shop',
    'shop/own HostOwned: rules for all hosts are left out for hosts of other namespaces, such as *.example, which belongs to namespace team',
  ])
  const shared = asked([OUR_CLASS])
  assert.deepEqual(answers(shared, 'http://a.example'), ['web', 'web', 'web', 'web'])
  assert.deepEqual(told(shared), [])
})

test('a host of an exclusive class is not for Ingresses of another class either', () => {
  const ours = ingress('shop/ours', { ingressClassName: 'fairlead', rules: [rule('a.example', 'Prefix /a web')] })
  const other = ingress('team/other', { ingressClassName: 'open', rules: [rule('a.example', 'Prefix /b web')] })
  const routing = cluster([exclusive, ingressClass('open')], ours, other)
  assert.equal(ask(routing, 'http://a.example/b'), '404')
  assert.equal(told(routing).length, 1)
})

test('a host that is owned has HTTPS by the certificate of a wider name as well', () => {
  const all = ingress('team/all', { rules: [rule('', 'Prefix / web')], tls: [{ secretName: 'cert' }] })
  const routing = cluster([exclusive], older, all)
  assert.equal(ask(routing, 'https://a.example/a'), 'web')
  assert.equal(ask(routing, 'https://a.example/b'), '404')
  assert.equal(ask(routing, 'http://a.example/a'), 'web')
})
