import type { Broken } from './broken.ts'
import { deployment, pod, policy, service } from './objects.ts'

const from = 'pod/client'
const to = 'svc/web'
const app = (name: string): object => ({ matchLabels: { app: name } })
const INGRESS = ['Ingress']
const EGRESS = ['Egress']

/** Several cures stand beside each other, or one rule is mended in several places. */
export const severalCures: readonly Broken[] = [
  {
    about: 'two nodes put their address in place of the host’s, and both are kept out',
    make: (world) =>
      world.make(
        deployment('web', { replicas: 4 }),
        service('web', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }),
        policy('deny', { policyTypes: INGRESS }),
      ),
    ask: { from: 'host', to: '172.30.0.3:30080' },
    afterwards: ['policy-isolates'],
  },
  {
    about: 'two lots of one Deployment are isolated by two policies',
    make: async (world) => {
      const closed = (name: string) =>
        policy(name, { podSelector: { matchLabels: { lot: name } }, policyTypes: INGRESS })
      await world.make(
        pod('one', { labels: { app: 'web', lot: 'a' } }),
        pod('two', { labels: { app: 'web', lot: 'b' } }),
      )
      await world.make(service('web'), closed('a'), closed('b'))
    },
    ask: { from, to },
    afterwards: ['policy-isolates'],
  },
  {
    about: 'two rules want another value of one label',
    make: async (world) => {
      const friends = (name: string) =>
        policy(name, {
          podSelector: { matchLabels: { lot: name } },
          ingress: [{ from: [{ podSelector: { matchLabels: { role: name } } }] }],
        })
      await world.make(
        pod('one', { labels: { app: 'web', lot: 'a' } }),
        pod('two', { labels: { app: 'web', lot: 'b' } }),
      )
      await world.make(service('web'), friends('a'), friends('b'))
    },
    ask: { from, to },
    afterwards: ['policy-isolates'],
  },
  {
    about: 'the rule has the port of the Service',
    make: (world) =>
      world.make(
        deployment('web'),
        service('web'),
        policy('web', {
          podSelector: app('web'),
          ingress: [{ from: [{ podSelector: app('client') }], ports: [{ port: 80 }] }],
        }),
      ),
    ask: { from, to },
  },
  {
    about: 'the rule has the address and the port of the Service',
    make: async (world) => {
      await world.make(deployment('web', { replicas: 2 }), service('web', { clusterIP: '10.96.0.77' }))
      await world.make(
        policy('out', {
          podSelector: app('client'),
          policyTypes: EGRESS,
          egress: [{ to: [{ ipBlock: { cidr: '10.96.0.77/32' } }], ports: [{ port: 80 }] }],
        }),
      )
    },
    ask: { from, to },
  },
]
