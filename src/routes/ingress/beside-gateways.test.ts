import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '../testing/ask.ts'
import { gateway, http, httpRoute, secret, service } from '../testing/make.ts'
import { ingress, OUR_CLASS, rule } from './testing/ingresses.ts'

test('Ingresses have a site beside those of Gateways, with its ports, backends, certificates, statuses and Events', () => {
  const routed = routes({
    gateways: [gateway('gw', [http()])],
    httpRoutes: [httpRoute('of-gateway')],
    services: [service('web')],
    secrets: [secret('cert', 'CERT a.example')],
    ingressClasses: [OUR_CLASS],
    ingresses: [
      ingress(
        'i',
        { rules: [rule('a.example', 'Prefix / web')], tls: [{ secretName: 'cert' }] },
        { 'load-balance': 'x' },
      ),
    ],
  })
  const { sites, backends, certificates } = routed.table
  assert.deepEqual(
    sites.map(({ origin }) => `${origin.kind} ${origin.name}`),
    ['Gateway gw', 'IngressClass fairlead'],
  )
  assert.deepEqual([...backends.keys()].sort(), ['shop/web:80 HTTP least', 'shop/web:80 http'])
  assert.deepEqual([...certificates.keys()], ['Secret shop/cert'])
  assert.deepEqual(
    routed.wantedPorts.map(({ site, port, protocol, by }) => `${site.kind} ${port} ${protocol} ${by}`),
    ['Gateway 80 TCP proxy', 'IngressClass 80 TCP proxy', 'IngressClass 443 TCP proxy'],
  )
  const status = routed.statuses.find(({ object }) => object.kind === 'Ingress')?.status
  assert.deepEqual(status, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } })
  assert.deepEqual(
    routed.news.map(({ object, reason }) => `${object.kind} ${reason}`),
    ['Ingress UnsupportedAnnotation'],
  )
})
