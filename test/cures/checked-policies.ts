import type { ClusterFacts } from '#explain/cluster/facts.ts'
import type { PolicyReason } from '#explain/trace/policies/check.ts'
import { clusterPolicy, deployment, namespace, pod, policy, service } from './objects.ts'
import type { World } from './world.ts'

/** A cluster whose policies are not as they are most likely meant. */
interface Checked {
  readonly about: string
  readonly make: (world: World) => Promise<void>
  readonly sees?: (facts: ClusterFacts) => ClusterFacts
  /** Why there is nothing to do by a command. */
  readonly lookOnly?: string
}

const app = (name: string): object => ({ matchLabels: { app: name } })
const team = (name: string): object => ({ namespaceSelector: { matchLabels: { team: name } } })
const EGRESS = ['Egress']
const DNS = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
}
const dnsOnNodes = (facts: ClusterFacts): ClusterFacts => ({
  ...facts,
  network: { ...facts.network, dnsOnNodes: true },
})
const denied = (to: object) => ({ egress: [{ action: 'Deny', to: [to] }] })

/** Every reason has at least one cluster that gives it. */
export const checkedPolicies: Readonly<Record<PolicyReason, readonly Checked[]>> = {
  'service-closed': [
    {
      about: 'a namespace is closed, and nothing says who may ask',
      make: (world) => world.make(deployment('web'), service('web'), policy('deny', { policyTypes: ['Ingress'] })),
    },
    {
      about: 'the rule has another port',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', { podSelector: app('web'), ingress: [{ ports: [{ port: 80 }] }] }),
        ),
    },
    {
      about: 'one pod of two is closed',
      make: (world) =>
        world.make(
          deployment('web', { labels: { app: 'web' } }),
          pod('extra', { labels: { app: 'web', extra: 'yes' } }),
          service('web'),
          policy('extra', { podSelector: { matchLabels: { extra: 'yes' } } }),
        ),
    },
    {
      about: 'a pod that stands alone in its namespace',
      make: async (world) => {
        await world.make(namespace('back'), deployment('web', { namespace: 'back' }))
        await world.make(
          service('web', {}, { namespace: 'back' }),
          policy('deny', { policyTypes: ['Ingress'] }, 'back'),
        )
      },
      lookOnly: 'who of other namespaces is to ask only a person knows',
    },
    {
      about: 'the tier Admin denies everybody',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          clusterPolicy('closed', { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: {} }] }] }),
        ),
      lookOnly: 'what an administrator denies is theirs to say',
    },
  ],
  'dns-forgotten': [
    {
      about: 'egress to a Service alone',
      make: (world) =>
        world.make(
          deployment('web'),
          policy('out', {
            podSelector: app('client'),
            egress: [{ to: [{ podSelector: app('web') }] }],
            policyTypes: EGRESS,
          }),
        ),
      sees: dnsOnNodes,
    },
    {
      about: 'egress to a Service alone, where the DNS is a program at an address',
      make: (world) =>
        world.make(
          deployment('web'),
          policy('out', {
            podSelector: app('client'),
            egress: [{ to: [{ podSelector: app('web') }] }],
            policyTypes: EGRESS,
          }),
        ),
    },
  ],
  'policy-unreadable': [
    {
      about: 'a range that older servers took',
      make: (world) => world.make(deployment('web')),
      sees: (facts) => ({
        ...facts,
        policies: {
          clusterPolicies: [],
          policies: [
            {
              metadata: { name: 'old', namespace: 'default' },
              spec: { podSelector: app('web'), ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/40' } }] }] },
            } as never,
          ],
        },
      }),
      lookOnly: 'what was meant only a person knows',
    },
  ],
  'peer-means-nobody': [
    {
      about: 'no namespace has the label, and one is called so',
      make: async (world) => {
        await world.make(namespace('front'), pod('web'))
        await world.make(policy('web', { podSelector: app('web'), ingress: [{ from: [team('front')] }] }))
      },
    },
    {
      about: 'a namespace by a name that none has',
      make: async (world) => {
        await world.make(namespace('front'), pod('web'))
        const named = { matchLabels: { 'kubernetes.io/metadata.name': 'frnt' } }
        await world.make(
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ namespaceSelector: named }] }] }),
        )
      },
    },
    {
      about: 'pods with a slip of the fingers',
      make: (world) =>
        world.make(
          pod('web'),
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [{ podSelector: {} }, { podSelector: app('clint') }] }],
          }),
        ),
    },
    {
      about: 'a rule of a ClusterNetworkPolicy, for namespaces',
      make: async (world) => {
        await world.make(namespace('front'))
        await world.make(clusterPolicy('web', denied({ namespaces: { matchLabels: { team: 'front' } } })))
      },
    },
    {
      about: 'nothing is called like it',
      make: (world) =>
        world.make(
          pod('web'),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: {} }, team('zzzz')] }] }),
        ),
      lookOnly: 'which namespace is meant only a person knows',
    },
  ],
  'policy-port-unknown': [
    {
      about: 'a port’s name with a slip of the fingers',
      make: (world) =>
        world.make(
          deployment('web'),
          policy('web', { podSelector: app('web'), ingress: [{ ports: [{ port: 8080 }, { port: 'htp' }] }] }),
        ),
    },
    {
      about: 'in egress, at those that are asked',
      make: (world) =>
        world.make(
          deployment('web'),
          policy('out', {
            podSelector: app('client'),
            policyTypes: EGRESS,
            egress: [DNS, { to: [{ podSelector: app('web') }], ports: [{ port: 'web' }] }],
          }),
        ),
      sees: dnsOnNodes,
    },
    {
      about: 'in a ClusterNetworkPolicy',
      make: (world) =>
        world.make(
          deployment('web'),
          clusterPolicy('web', {
            subject: { pods: { namespaceSelector: {}, podSelector: app('web') } },
            ingress: [{ action: 'Accept', from: [{ namespaces: {} }], protocols: [{ destinationNamedPort: 'https' }] }],
          }),
        ),
    },
  ],
  'priority-shared': [
    {
      about: 'one accepts, and one denies',
      make: (world) =>
        world.make(
          clusterPolicy('a', { egress: [{ action: 'Accept', to: [{ namespaces: {} }] }] }),
          clusterPolicy('b', denied({ namespaces: {} })),
          clusterPolicy('c', { ...denied({ namespaces: {} }), priority: 11 }),
        ),
    },
  ],
  'policy-selects-nothing': [
    {
      about: 'a label with a slip of the fingers',
      make: (world) => world.make(deployment('web'), policy('web', { podSelector: app('wbe') })),
    },
    {
      about: 'by an expression, in a ClusterNetworkPolicy',
      make: (world) =>
        world.make(
          deployment('web'),
          clusterPolicy('web', {
            ...denied({ nodes: {} }),
            subject: {
              pods: {
                namespaceSelector: {},
                podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['weeb'] }] },
              },
            },
          }),
        ),
    },
    {
      about: 'nothing is like it',
      make: (world) =>
        world.make(deployment('web'), policy('web', { podSelector: { matchLabels: { tier: 'database' } } })),
      lookOnly: 'which pods are meant only a person knows',
    },
    {
      about: 'no namespace is selected',
      make: (world) =>
        world.make(
          clusterPolicy('web', {
            ...denied({ nodes: {} }),
            subject: { namespaces: { matchLabels: { team: 'none' } } },
          }),
        ),
      lookOnly: 'which namespaces are meant only a person knows',
    },
  ],
  'policy-selects-host-network': [
    {
      about: 'a pod of its node’s network',
      make: (world) =>
        world.make(
          pod('agent', { spec: { hostNetwork: true }, ports: [] }),
          policy('agent', { podSelector: app('agent') }),
        ),
      lookOnly: 'a pod gets a network of its own only anew',
    },
  ],
}

/** What people do on purpose: nothing is found. */
export const meantSo: readonly Checked[] = [
  {
    about: 'all is closed, and what may come in has rules',
    make: async (world) => {
      await world.make(namespace('front', { team: 'front' }), deployment('web'), service('web'))
      await world.make(
        policy('deny', { policyTypes: ['Ingress', 'Egress'] }),
        policy('dns', { policyTypes: EGRESS, egress: [DNS] }),
        policy('out', {
          podSelector: app('client'),
          policyTypes: EGRESS,
          egress: [{ to: [{ podSelector: app('web') }] }],
        }),
        policy('web', {
          podSelector: app('web'),
          ingress: [{ from: [{ podSelector: app('client') }, team('front')], ports: [{ port: 'http' }] }],
        }),
      )
    },
    sees: dnsOnNodes,
  },
  {
    about: 'nothing may leave at all, or to an address alone',
    make: (world) =>
      world.make(
        policy('deny', { policyTypes: EGRESS }),
        policy('out', { policyTypes: EGRESS, egress: [{ to: [{ ipBlock: { cidr: '192.0.2.7/32' } }] }] }),
      ),
    sees: dnsOnNodes,
  },
  {
    about: 'a Service that a range of addresses may ask',
    make: (world) =>
      world.make(
        deployment('web'),
        service('web'),
        policy('web', { ingress: [{ from: [{ ipBlock: { cidr: '192.168.0.0/16', except: ['192.168.0.0/24'] } }] }] }),
      ),
  },
  {
    about: 'pods are scaled to none, and clients are still to come',
    make: (world) =>
      world.make(
        deployment('later', { replicas: 0 }),
        pod('web'),
        policy('later', { podSelector: app('later') }),
        policy('web', {
          podSelector: app('web'),
          ingress: [{ from: [{ podSelector: app('later') }, { podSelector: app('monitoring') }] }],
        }),
      ),
  },
  {
    about: 'a namespace that has no pods yet',
    make: async (world) => {
      await world.make(namespace('next'))
      await world.make(policy('web', { podSelector: app('web'), ingress: [{}] }, 'next'))
    },
  },
  {
    about: 'two of one priority that say the same, or speak of others',
    make: async (world) => {
      await world.make(namespace('front'))
      const of = (name: string) => ({ namespaces: { matchLabels: { 'kubernetes.io/metadata.name': name } } })
      await world.make(
        clusterPolicy('a', denied({ nodes: {} })),
        clusterPolicy('b', denied({ networks: ['192.0.2.0/24'] })),
        clusterPolicy('c', { egress: [{ action: 'Accept', to: [{ nodes: {} }] }], subject: of('front') }),
      )
    },
  },
]
