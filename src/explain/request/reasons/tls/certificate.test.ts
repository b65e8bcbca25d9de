import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, OUR_CLASS } from '#routes/ingress/testing/ingresses.ts'
import { gateway, http, httpRoute, https, rule, secret } from '#routes/testing/make.ts'
import { ask, service } from '../../../testing/cluster.ts'
import { ingressService, withGateway } from '../../../testing/gateways.ts'
import type { Told } from '../../../testing/told.ts'
import { certificateNotes, certificateUnusable } from './certificate.ts'

const detailsOf = ({ steps }: Told): readonly string[] =>
  steps.flatMap(({ text, details = [] }) => (text.startsWith('the listener ') ? details : []))

test('a listener of a Gateway that shows a certificate for another name says so, and takes the request', () => {
  const gw = gateway('default/gw', [https({ tls: { certificateRefs: [{ name: 'cert' }] } })])
  const shop = httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('web')] })
  const told = (names: string) => {
    const secrets = [secret('default/cert', `CERT${names}`)]
    return ask('pod/client', 'https://shop.test/', {}, withGateway({ gateways: [gw], httpRoutes: [shop], secrets }))
  }
  assert.equal(told(' other.test').verdict, 'reachable')
  assert.ok(
    detailsOf(told(' other.test *.other.test')).includes(
      'no certificate there is for shop.test, but for other.test and *.other.test: who looks at it refuses it',
    ),
  )
  assert.match(detailsOf(told('')).join(), /but for no name: /)
  for (const names of [' shop.test', ' *.test other.test', ' *'])
    assert.doesNotMatch(detailsOf(told(names)).join(), /refuses it/, names)
})

test('by http an Ingress whose certificate cannot be shown is told by that, too', () => {
  const shop = ingress('default/shop', {
    rules: [ingressRule('shop.test', 'Prefix / web')],
    tls: [{ hosts: ['shop.test'], secretName: 'gone' }],
  })
  const more = { services: [service('web', '10.96.0.1'), ingressService(80)] }
  const told = ask(
    'pod/client',
    'http://shop.test/',
    {},
    withGateway({ ingresses: [shop], ingressClasses: [OUR_CLASS] }, { more }),
  )
  assert.equal(told.verdict, 'reachable')
  assert.match(
    detailsOf(told).join(),
    /^by https there is none: Ingress default\/shop has no certificate for shop\.test .*there is no Secret default\/gone/,
  )
})

test('of what is told of Ingresses that counts which is about a certificate, and about this host among others', () => {
  type Loose = any
  const object = { kind: 'Ingress', namespace: 'shop', name: 'web' }
  const said = {
    object,
    reason: 'CertificateUnusable',
    message: 'spec.tls[0]: there is no Secret shop/gone; there is no HTTPS',
  }
  const ingresses = [{ metadata: { namespace: 'shop', name: 'web' } }]
  const facts = (...news: readonly object[]): Loose => ({ objects: { ingresses }, routes: { news } })
  const of = (...news: readonly object[]) => certificateUnusable(facts(...news), 'shop.test')
  const found = of(
    { ...said, hosts: ['other.test'] },
    { ...said, reason: 'Conflict', hosts: ['shop.test'] },
    { ...said, object: { ...object, name: 'gone' }, hosts: ['shop.test'] },
    { ...said, hosts: ['other.test', '*.test'] },
  )
  assert.deepEqual([found?.reason, found?.ingress, found?.host], ['certificate-unusable', object, 'shop.test'])
  assert.deepEqual(found?.cures[0]?.effect, {
    code: 'bring-certificate',
    secret: { kind: 'Secret', namespace: 'shop', name: 'gone' },
  })
  for (const other of [
    { ...said, hosts: ['other.test'] },
    { ...said, hosts: ['x.shop.test', '*.shop.test'] },
    { ...said, reason: 'Conflict', hosts: ['shop.test'] },
    said,
  ])
    assert.equal(of(other), undefined)
  const message = 'Secret shop/web: tls.crt is no certificate'
  assert.deepEqual(of({ ...said, message, hosts: ['shop.test'] })?.cures[0]?.argv.slice(1), [
    ...['describe', 'ingress', 'web', '-n', 'shop'],
  ])
  // What Ingresses show is nothing that a Gateway shows.
  const at = (kind: string) =>
    certificateNotes(
      facts({ ...said, hosts: ['shop.test'] }),
      { text: { scheme: 'http' }, place: { site: { kind, name: 'gw' } } } as Loose,
      {} as Loose,
      'shop.test',
    ).map(({ code }) => code)
  assert.deepEqual([at('Gateway'), at('IngressClass')], [[], ['unusable']])
})

test('a Secret that is not there is one that is called nearly so, of the same namespace, or made', () => {
  const tlsSecrets = new Map([['default', ['example-com', 'other']]])
  const cures = (cluster: Parameters<typeof withGateway>[0], more = {}) =>
    ask('pod/client', 'https://shop.test/', {}, withGateway(cluster, { tlsSecrets, more })).findings[0]!.cures.map(
      ({ command, alternative }) => (alternative ? `or ${command}` : command),
    )
  const made = 'or kubectl create secret tls example-con -n default --cert=tls.crt --key=tls.key'
  const named = (word: string, path: string) =>
    `kubectl patch ${word} -n default --type json -p '[{"op":"replace","path":"${path}","value":"example-com"}]'`
  const tls = { certificateRefs: [{ name: 'example-con' }] }
  const gateways = [gateway('default/gw', [http(), https({ hostname: 'shop.test', tls })])]
  assert.deepEqual(cures({ gateways }), [named('gateway gw', '/spec/listeners/1/tls/certificateRefs/0/name'), made])
  const shop = ingress('default/shop', {
    rules: [ingressRule('shop.test', 'Prefix / web')],
    tls: [{ hosts: ['shop.test'], secretName: 'example-con' }],
  })
  const more = { services: [service('web', '10.96.0.1'), ingressService(80)] }
  const [first, second] = cures({ ingresses: [shop], ingressClasses: [OUR_CLASS] }, more)
  assert.deepEqual([first, second], [named('ingress shop', '/spec/tls/0/secretName'), made])
})
