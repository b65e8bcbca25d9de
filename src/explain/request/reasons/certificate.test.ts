import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, OUR_CLASS } from '#routes/ingress/testing/ingresses.ts'
import { gateway, httpRoute, https, rule, secret } from '#routes/testing/make.ts'
import { ask, service } from '../../testing/cluster.ts'
import { ingressService, withGateway } from '../../testing/gateways.ts'
import type { Told } from '../../testing/told.ts'

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
