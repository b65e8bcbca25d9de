import { services } from '#api/core/service/resource.ts'
import { endpointSlices as endpointSlicesOf } from '#api/discovery/endpointslice/resource.ts'
import type { Broken } from './broken.ts'
import { deployment, namespace, service } from './objects.ts'

const from = 'pod/client'

/** What is asked by a name that leads nowhere, or elsewhere. */
export const brokenNames = {
  'dns-down': [
    {
      about: 'whoever wrote the endpoints of the cluster’s DNS says that they are not ready',
      make: async (world) => {
        await world.make(deployment('web'), service('web'))
        await world.client.patch(endpointSlicesOf, 'kube-dns', 'json', NOT_READY, { namespace: 'kube-system' })
      },
      ask: { from, to: 'web:80' },
    },
    {
      about: 'the Service of the cluster’s DNS is gone',
      make: async (world) => {
        await world.make(deployment('web'), service('web'))
        await world.client.delete(services, 'kube-dns', { namespace: 'kube-system' })
      },
      ask: { from, to: 'web:80' },
      lookOnly: 'the cluster makes it, and no command of a person does',
    },
  ],
  'dns-name-unknown': [
    {
      about: 'a name with a slip of the fingers',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'wbe:80' },
    },
    {
      about: 'a name that only a search list would find, and the sender has none',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          deployment('sender', { spec: { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'] } } }),
        ),
      ask: async (world) => ({ from: `pod/${(await world.podOf('sender')).metadata?.name}`, to: 'web.default:80' }),
    },
  ],
  'dns-not-asked': [
    {
      about: 'a pod of its node’s network asks the node’s resolver',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          deployment('sender', { spec: { hostNetwork: true }, ports: [], args: ['--listen=9191'] }),
        ),
      ask: async (world) => ({ from: `pod/${(await world.podOf('sender')).metadata?.name}`, to: 'web.default:80' }),
    },
  ],
  'external-name': [
    {
      about: 'an ExternalName of a name that nothing has',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          service('alias', { type: 'ExternalName', externalName: 'wbe.default.svc.cluster.local', selector: {} }),
        ),
      ask: { from, to: 'alias:80' },
    },
  ],
  'other-namespace': [
    {
      about: 'the Service is in another namespace, asked by its name',
      make: (world) =>
        world.make(
          namespace('shop'),
          deployment('web', { namespace: 'shop' }),
          service('web', {}, { namespace: 'shop' }),
        ),
      ask: { from, to: 'web:80' },
    },
    {
      about: 'the Service is in another namespace, asked as svc/',
      make: (world) =>
        world.make(
          namespace('shop'),
          deployment('web', { namespace: 'shop' }),
          service('web', {}, { namespace: 'shop' }),
        ),
      ask: { from, to: 'svc/web' },
    },
  ],
  'service-unknown': [
    {
      about: 'a Service whose name has a slip of the fingers',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'svc/wbe' },
    },
    {
      about: 'one that is like none',
      make: (world) => world.make(deployment('web'), service('web')),
      ask: { from, to: 'svc/payments' },
      lookOnly: 'which Service is meant only a person knows',
    },
  ],
} as const satisfies Record<string, readonly Broken[]>

const NOT_READY = [{ op: 'replace', path: '/endpoints/0/conditions/ready', value: false }]
