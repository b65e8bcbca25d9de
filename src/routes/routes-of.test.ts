import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entries, routeCondition, routes, statusOf } from './testing/ask.ts'
import { gateway, http, httpRoute, rule, service } from './testing/make.ts'

test('an HTTPRoute at a Gateway becomes entries of its listener, and both are told', () => {
  const all = routes({
    gateways: [gateway('gw', [http()])],
    httpRoutes: [
      httpRoute('cart', {
        hostnames: ['shop.test'],
        rules: [rule('web', { name: 'all', matches: [{ path: { type: 'PathPrefix', value: '/cart/' } }] })],
      }),
    ],
    services: [service('web')],
  })
  const origin = { kind: 'HTTPRoute', namespace: 'shop', name: 'cart' }
  assert.deepEqual(all.table, {
    sites: [
      {
        origin: { kind: 'Gateway', namespace: 'shop', name: 'gw' },
        ports: [
          {
            port: 80,
            bind: 10_080,
            kind: 'http',
            listeners: [
              {
                origin: { kind: 'Gateway', namespace: 'shop', name: 'gw' },
                name: 'http',
                hostname: '',
                star: 'many',
                protocol: 'HTTP',
                entries: [
                  {
                    hostname: 'shop.test',
                    path: { type: 'Prefix', value: '/cart' },
                    headers: [],
                    query: [],
                    rule: {
                      id: 'HTTPRoute shop/cart 0',
                      origin,
                      index: 0,
                      name: 'all',
                      filters: [],
                      action: {
                        type: 'forward',
                        to: [{ weight: 1, to: { backend: 'shop/web:80 http' }, filters: [] }],
                      },
                    },
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    backends: new Map([
      [
        'shop/web:80 http',
        {
          key: 'shop/web:80 http',
          service: { namespace: 'shop', name: 'web', port: 80 },
          portName: 'main',
          protocol: 'http',
          balance: 'least',
        },
      ],
    ]),
    certificates: new Map(),
    authorities: new Map(),
  })
  assert.deepEqual(statusOf(all, 'HTTPRoute cart').parents, [
    {
      parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'gw' },
      controllerName: 'fairlead.dev/gateway-controller',
      conditions: [
        { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'the route is attached' },
        {
          type: 'ResolvedRefs',
          status: 'True',
          reason: 'ResolvedRefs',
          message: 'all references of the route lead somewhere',
        },
      ],
    },
  ])
  const found = all.statuses.find(({ object }) => object.kind === 'HTTPRoute')
  assert.deepEqual([found?.uid, found?.generation, found?.object], ['uid-cart', 7, origin])
})

test('what is unchanged is the same object as before, and what a change is about alone is another', () => {
  const web = service('web')
  const gateways = [gateway('gw', [http()])]
  const first = httpRoute('a', { hostnames: ['a.test'] })
  const before = routes({ gateways, services: [web], httpRoutes: [first, httpRoute('b', { hostnames: ['b.test'] })] })
  const after = routes({ gateways, services: [web], httpRoutes: [first, httpRoute('b', { hostnames: ['c.test'] })] })
  assert.equal(entries(before)[0]?.hostname, 'a.test')
  assert.equal(entries(after)[0], entries(before)[0])
  assert.notEqual(entries(after)[1], entries(before)[1])
  const same = routes({ gateways, services: [web], httpRoutes: [first] })
  const again = routes({ gateways, services: [web], httpRoutes: [first] })
  assert.equal(entries(again), entries(same))
  const statuses = [before, after].map((all) => statusOf(all, 'HTTPRoute a'))
  assert.equal(statuses[0], statuses[1])
  const gone = routes({ gateways, services: [], httpRoutes: [first] })
  assert.equal(routeCondition(gone, 'HTTPRoute a', 'ResolvedRefs'), 'False BackendNotFound')
})
