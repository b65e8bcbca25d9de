import type { Broken } from './broken.ts'
import {
  below,
  gateway,
  HTTP,
  HTTPS,
  httpRoute,
  ingress,
  ingressRule,
  listenerSet,
  ownSets,
  toWeb,
  web,
} from './gateway-objects.ts'
import { namespace } from './objects.ts'

const ask = { from: 'pod/client', to: 'http://shop.test/' }
const at = (to: string) => ({ from: 'pod/client', to })

/** What a gateway does with a request that no backend gets. */
export const brokenRoutes = {
  'no-rule': [
    {
      about: 'the path has a slip of the fingers',
      hasGateways: true,
      make: (world) =>
        world.make(...web(), gateway('gw'), httpRoute('shop', { rules: [{ ...toWeb, matches: [below('/cart')] }] })),
      ask: at('http://shop.test/crat'),
    },
    {
      about: 'a header that the rule wants is missing, and its method',
      hasGateways: true,
      make: (world) => {
        const headers = [{ name: 'x-canary', value: 'yes' }]
        const matches = [below('/', { method: 'POST', headers })]
        return world.make(...web(), gateway('gw'), httpRoute('shop', { rules: [{ ...toWeb, matches }] }))
      },
      ask,
    },
    {
      about: 'the route is attached to the listener without TLS alone',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          world.certificate('cert'),
          gateway('gw', [HTTP, HTTPS]),
          httpRoute('shop', { parentRefs: [{ name: 'gw', sectionName: 'http' }] }),
        ),
      ask: at('https://shop.test/'),
    },
    {
      about: 'a parameter of the query is another',
      hasGateways: true,
      make: (world) => {
        const matches = [below('/', { queryParams: [{ name: 'v', value: '2' }] })]
        return world.make(...web(), gateway('gw'), httpRoute('shop', { rules: [{ ...toWeb, matches }] }))
      },
      ask: at('http://shop.test/?v=1'),
    },
  ],
  'ingress-left-out': [
    {
      about: 'an Ingress is the canary of nobody',
      hasGateways: true,
      make: (world) => {
        const annotations = { 'nginx.ingress.kubernetes.io/canary': 'true' }
        return world.make(...web(), ingress('shop', {}, annotations))
      },
      ask,
    },
  ],
  'route-not-attached': [
    {
      about: 'the route is of a namespace that the listener takes none of',
      hasGateways: true,
      make: (world) =>
        world.make(
          namespace('team'),
          ...web('web', 'team'),
          gateway('gw'),
          httpRoute('team/shop', { parentRefs: [{ name: 'gw', namespace: 'default' }] }),
        ),
      ask,
    },
    {
      about: 'the listener takes namespaces by a label, and the route’s has not got it',
      hasGateways: true,
      make: (world) => {
        const namespaces = { from: 'Selector', selector: { matchLabels: { public: 'yes' } } }
        return world.make(
          namespace('team'),
          ...web('web', 'team'),
          gateway('gw', [{ ...HTTP, allowedRoutes: { namespaces } }]),
          httpRoute('team/shop', { parentRefs: [{ name: 'gw', namespace: 'default' }] }),
        )
      },
      ask,
    },
    {
      about: 'the listener takes routes of another kind, and of its own namespace alone',
      hasGateways: true,
      make: (world) =>
        world.make(
          namespace('team'),
          ...web('web', 'team'),
          gateway('gw', [{ ...HTTP, allowedRoutes: { kinds: [{ kind: 'GRPCRoute' }] } }]),
          httpRoute('team/shop', { parentRefs: [{ name: 'gw', namespace: 'default' }] }),
        ),
      ask,
      // Each is a step of two.
      afterwards: ['route-not-attached'],
    },
    {
      about: 'the route names a ListenerSet that is not there',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw', [{ ...HTTP, port: 81 }], ownSets),
          listenerSet('more', 'gw', [HTTP]),
          httpRoute('shop', { parentRefs: [{ kind: 'ListenerSet', name: 'moer' }] }),
        ),
      ask,
    },
    {
      about: 'the ListenerSet of the route names a Gateway that is not there',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw', [{ ...HTTP, port: 81 }], ownSets),
          listenerSet('more', 'gww', [HTTP]),
          httpRoute('shop', { parentRefs: [{ kind: 'ListenerSet', name: 'more' }] }),
        ),
      ask,
    },
    {
      about: 'no listener has a hostname in common with the route',
      hasGateways: true,
      make: (world) => world.make(...web(), gateway('gw', [{ ...HTTP, hostname: 'other.test' }]), httpRoute('shop')),
      ask,
    },
    {
      about: 'the route names a listener that is not there',
      hasGateways: true,
      make: (world) =>
        world.make(...web(), gateway('gw'), httpRoute('shop', { parentRefs: [{ name: 'gw', sectionName: 'htpp' }] })),
      ask,
    },
    {
      about: 'the route names a listener that is for another host',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw', [
            { ...HTTP, hostname: 'other.test' },
            { ...HTTP, name: 'more', hostname: 'more.test' },
          ]),
          httpRoute('shop', { parentRefs: [{ name: 'gw', sectionName: 'http' }] }),
        ),
      ask,
      // Each is a step of two.
      afterwards: ['route-not-attached'],
    },
    {
      about: 'the route means a Gateway of its own namespace, and that is in another',
      hasGateways: true,
      make: (world) =>
        world.make(
          namespace('edge'),
          ...web(),
          gateway('edge/gw', [{ ...HTTP, allowedRoutes: { namespaces: { from: 'All' } } }]),
          httpRoute('shop'),
        ),
      ask,
    },
  ],
  'ingress-of-nobody': [
    {
      about: 'an Ingress names a class that is not there',
      hasGateways: true,
      make: (world) => world.make(...web(), ingress('shop', { ingressClassName: 'nginx' })),
      ask,
    },
  ],
  'backend-unresolved': [
    {
      about: 'a backend has a slip of the fingers',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw'),
          httpRoute('shop', { rules: [{ backendRefs: [{ name: 'wbe', port: 80 }] }] }),
        ),
      ask,
    },
    {
      about: 'a backend has no such port',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw'),
          httpRoute('shop', { rules: [{ backendRefs: [{ name: 'web', port: 8080 }] }] }),
        ),
      ask,
    },
    {
      about: 'nobody permits the backend of another namespace',
      hasGateways: true,
      make: (world) =>
        world.make(
          namespace('team'),
          ...web('web', 'team'),
          gateway('gw'),
          httpRoute('shop', { rules: [{ backendRefs: [{ name: 'web', namespace: 'team', port: 80 }] }] }),
        ),
      ask,
    },
    {
      about: 'the backend is in another namespace',
      hasGateways: true,
      make: (world) =>
        world.make(
          namespace('team'),
          ...web('cart', 'team'),
          gateway('gw'),
          httpRoute('shop', { rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }] }),
        ),
      ask,
      // Each is a step of two.
      afterwards: ['backend-unresolved'],
    },
    {
      about: 'a Service of an Ingress has a slip of the fingers',
      hasGateways: true,
      make: (world) => world.make(...web(), ingress('shop', { rules: [ingressRule('wbe')] })),
      ask,
    },
    {
      about: 'a Service of an Ingress has no such port',
      hasGateways: true,
      make: (world) => world.make(...web(), ingress('shop', { rules: [ingressRule('web', 8080)] })),
      ask,
    },
  ],
  'request-source-range': [
    {
      about: 'an Ingress lets nobody ask of a range that the sender is in',
      hasGateways: true,
      make: (world) =>
        world.make(...web(), ingress('shop', {}, { 'nginx.ingress.kubernetes.io/denylist-source-range': '0.0.0.0/0' })),
      ask,
    },
    {
      about: 'an Ingress lets ranges ask that the sender is in none of',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          ingress('shop', {}, { 'nginx.ingress.kubernetes.io/whitelist-source-range': '203.0.113.0/24' }),
        ),
      ask,
    },
  ],
  'access-closed': [
    {
      about: 'an annotation of an Ingress restricts who may ask, and is not honoured',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          ingress('shop', {}, { 'nginx.ingress.kubernetes.io/auth-url': 'https://login.test/auth' }),
        ),
      ask,
    },
  ],
  'body-too-large': [
    {
      about: 'a body is larger than an Ingress takes',
      hasGateways: true,
      make: (world) =>
        world.make(...web(), ingress('shop', {}, { 'nginx.ingress.kubernetes.io/proxy-body-size': '2' })),
      ask: { ...ask, method: 'POST', headers: ['Content-Length: 5'] },
    },
  ],
  'origin-not-allowed': [
    {
      about: 'a browser asks whether pages of an origin may ask, which an Ingress does not let',
      hasGateways: true,
      make: (world) => {
        const cors = { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.test' }
        const prefixed = Object.entries(cors).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value])
        return world.make(...web(), ingress('shop', {}, Object.fromEntries(prefixed)))
      },
      ask: {
        ...ask,
        method: 'OPTIONS',
        headers: ['Origin: https://b.test', 'Access-Control-Request-Method: PUT'],
      },
    },
    {
      about: 'a browser asks whether pages of an origin may ask, which a route does not let',
      hasGateways: true,
      make: (world) => {
        const filters = [{ type: 'CORS', cors: { allowOrigins: ['https://a.test'] } }]
        return world.make(...web(), gateway('gw'), httpRoute('shop', { rules: [{ ...toWeb, filters }] }))
      },
      ask: {
        ...ask,
        method: 'OPTIONS',
        headers: ['Origin: https://b.test', 'Access-Control-Request-Method: PUT'],
      },
    },
  ],
  misdirected: [
    {
      about: 'the request is for another host than the one that TLS was asked for',
      hasGateways: true,
      make: async (world) => {
        const named = (hostname: string) => ({ ...HTTPS, name: hostname.replace('.', '-'), hostname })
        await world.make(...web(), world.certificate('cert'), gateway('gw', [named('shop.test'), named('api.test')]))
        await world.make(httpRoute('shop'), httpRoute('api', { hostnames: ['api.test'] }))
      },
      ask: { from: 'pod/client', to: 'https://shop.test/', headers: ['Host: api.test'] },
    },
  ],
  'redirect-loop': [
    {
      about: 'a redirect to HTTPS names both listeners',
      hasGateways: true,
      make: (world) => {
        const filters = [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }]
        const parentRefs = ['http', 'https'].map((sectionName) => ({ name: 'gw', sectionName }))
        return world.make(
          ...web(),
          world.certificate('cert'),
          gateway('gw', [HTTP, HTTPS]),
          httpRoute('away', { rules: [{ filters }], parentRefs }),
          httpRoute('shop', { parentRefs: [{ name: 'gw', sectionName: 'https' }] }),
        )
      },
      ask: { from: 'pod/client', to: 'https://shop.test/' },
    },
    {
      about: 'a redirect to HTTPS is attached to the listener of HTTPS as well',
      hasGateways: true,
      make: (world) => {
        const filters = [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }]
        return world.make(
          ...web(),
          world.certificate('cert'),
          gateway('gw', [HTTP, HTTPS]),
          httpRoute('away', { rules: [{ filters }] }),
          httpRoute('shop', { parentRefs: [{ name: 'gw', sectionName: 'https' }] }),
        )
      },
      ask: { from: 'pod/client', to: 'https://shop.test/' },
    },
  ],
  'rule-refused': [
    {
      about: 'the proxies do not take an expression',
      hasGateways: true,
      make: async (world) => {
        const matches = [{ path: { type: 'RegularExpression', value: '/a.*' } }]
        await world.make(...web(), gateway('gw'), httpRoute('shop', { rules: [{ ...toWeb, matches }] }))
        await world.settle()
        await world.refuse('HTTPRoute default/shop 0', 'it is too long')
      },
      ask: at('http://shop.test/abc'),
      lookOnly: 'what the proxies take is for a person to find',
    },
  ],
  'request-malformed': [
    {
      about: 'a path with an escape that is none',
      hasGateways: true,
      make: (world) => world.make(...web(), gateway('gw'), httpRoute('shop')),
      ask: at('http://shop.test/a%zz'),
      lookOnly: 'whoever asks must know what was meant',
    },
  ],
} as const satisfies Record<string, readonly Broken[]>
