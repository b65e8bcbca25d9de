import type { Broken } from './broken.ts'
import { gateway, HTTP, HTTPS, httpRoute, ingress, listenerSet, ownSets, web } from './gateway-objects.ts'
import { namespace, policy } from './objects.ts'

const from = 'pod/client'
const ask = { from, to: 'http://shop.test/' }

/** Gateways that do not get a request at all. */
export const brokenGateways = {
  'host-not-served': [
    {
      about: 'the host has a slip of the fingers, and is nobody’s',
      hasGateways: true,
      make: (world) => world.make(...web(), gateway('gw', [{ ...HTTP, hostname: 'shop.test' }]), httpRoute('shop')),
      ask: { from, to: 'http://www.shpo.test/' },
    },
    {
      about: 'a gateway is asked by its name in the cluster for a host that it has not',
      hasGateways: true,
      make: (world) => world.make(...web(), gateway('gw', [{ ...HTTP, hostname: 'shop.test' }]), httpRoute('shop')),
      ask: { from, to: 'http://shop.test/', headers: ['Host: shpo.test'], gateway: 'default/gw' },
    },
  ],
  'gateway-port-unknown': [
    {
      about: 'no listener has the port',
      hasGateways: true,
      make: (world) => world.make(...web(), gateway('gw'), httpRoute('shop')),
      ask: { from, to: 'http://shop.test:8080/' },
    },
  ],
  'name-without-tls': [
    {
      about: 'the host is served by HTTP alone, and another has a certificate',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          world.certificate('cert'),
          gateway('gw', [{ ...HTTPS, hostname: 'other.test' }, HTTP]),
          httpRoute('shop'),
        ),
      ask: { from, to: 'https://shop.test/' },
      // By HTTP; a Secret, of which nobody knows yet; a listener, which lacks it.
      afterEach: [[], ['name-without-tls'], ['listener-not-served']],
    },
  ],
  'scheme-mistaken': [
    {
      about: 'TLS is spoken to a port without',
      hasGateways: true,
      make: (world) => world.make(...web(), gateway('gw'), httpRoute('shop')),
      ask: { from, to: 'https://shop.test:80/' },
    },
    {
      about: 'plain HTTP is spoken to a port with TLS',
      hasGateways: true,
      make: (world) => world.make(...web(), world.certificate('cert'), gateway('gw', [HTTPS]), httpRoute('shop')),
      ask: { from, to: 'http://shop.test:443/' },
    },
  ],
  'gateway-of-nobody': [
    {
      about: 'there is no such class',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw', [{ ...HTTP, hostname: 'shop.test' }], { gatewayClassName: 'failead' }),
          httpRoute('shop'),
        ),
      ask,
    },
  ],
  'gateway-not-programmed': [
    {
      about: 'its only listener speaks what nobody knows',
      hasGateways: true,
      make: (world) =>
        world.make(...web(), gateway('gw', [{ ...HTTP, protocol: 'SMTP', port: 25, name: 'mail' }]), httpRoute('shop')),
      ask: { ...ask, gateway: 'default/gw' },
      lookOnly: 'which listener it should have is for its owner to say',
    },
  ],
  'listener-not-served': [
    {
      about: 'its certificate is in another namespace, and nobody permits it',
      hasGateways: true,
      make: (world) =>
        world.make(
          namespace('certs'),
          ...web(),
          world.certificate('certs/cert'),
          gateway('gw', [{ ...HTTPS, tls: { certificateRefs: [{ name: 'cert', namespace: 'certs' }] } }]),
          httpRoute('shop'),
        ),
      ask: { from, to: 'https://shop.test/', gateway: 'default/gw' },
    },
    {
      about: 'a ListenerSet has it, and its certificate is not there',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw', [HTTP], ownSets),
          listenerSet('more', 'gw', [{ ...HTTPS, hostname: 'shop.test' }]),
          httpRoute('shop', { parentRefs: [{ kind: 'ListenerSet', name: 'more' }] }),
        ),
      ask: { from, to: 'https://shop.test/' },
    },
    {
      about: 'a ListenerSet has it, and its Gateway lets none of its namespace in',
      hasGateways: true,
      make: (world) =>
        world.make(
          namespace('team'),
          ...web('web', 'team'),
          gateway('gw', [{ ...HTTP, port: 81 }], ownSets),
          listenerSet('team/more', 'gw', [HTTP], 'default'),
          httpRoute('team/shop', { parentRefs: [{ kind: 'ListenerSet', name: 'more' }] }),
        ),
      ask,
    },
    {
      about: 'its certificate has a slip of the fingers',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          world.certificate('cert'),
          gateway('gw', [HTTP, { ...HTTPS, tls: { certificateRefs: [{ name: 'cret' }] } }]),
          httpRoute('shop'),
        ),
      ask: { from, to: 'https://shop.test/' },
    },
    {
      about: 'its certificate is not there',
      hasGateways: true,
      make: (world) => world.make(...web(), gateway('gw', [HTTP, HTTPS]), httpRoute('shop')),
      ask: { from, to: 'https://shop.test/' },
    },
  ],
  'certificate-unusable': [
    {
      about: 'an Ingress names a Secret that is not there',
      hasGateways: true,
      make: (world) =>
        world.make(...web(), ingress('shop', { tls: [{ hosts: ['shop.test'], secretName: 'shop-tls' }] })),
      ask: { from, to: 'https://shop.test/' },
    },
  ],
} as const satisfies Record<string, readonly Broken[]>

/** Reasons of others, met behind a gateway. */
export const behindGateways = {
  'policy-isolates': [
    {
      about: 'a policy keeps the gateway away from the backend',
      hasGateways: true,
      make: (world) =>
        world.make(
          ...web(),
          gateway('gw'),
          httpRoute('shop'),
          policy('web', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] }),
        ),
      ask,
    },
  ],
  'selector-matches-nothing': [
    {
      about: 'the Service behind a gateway has no pods',
      hasGateways: true,
      make: async (world) => {
        const [made, service] = web()
        await world.make(made!, {
          ...service!,
          spec: { selector: { app: 'wbe' }, ports: [{ port: 80, targetPort: 8080 }] },
        } as never)
        await world.make(gateway('gw'), httpRoute('shop'))
      },
      ask,
    },
  ],
} as const satisfies Record<string, readonly Broken[]>
