import type { ClusterFacts } from '#explain/cluster/facts.ts'
import type { Broken } from './broken.ts'
import { severalCures } from './broken-several.ts'
import { clusterPolicy, deployment, namespace, onNode, pod, policy, service } from './objects.ts'

const from = 'pod/client'
const to = 'svc/web'
const app = (name: string): object => ({ matchLabels: { app: name } })
const INGRESS = ['Ingress']
const EGRESS = ['Egress']

/** Each node answers for the cluster's DNS. */
const dnsOnNodes = (facts: ClusterFacts): ClusterFacts => ({
  ...facts,
  network: { ...facts.network, dnsOnNodes: true },
})

/** Policies of one end or the other that let the client not ask. */
export const brokenPolicies = {
  'policy-isolates': [
    {
      about: 'nothing may come in',
      make: (world) => world.make(deployment('web'), service('web'), policy('deny', { policyTypes: INGRESS })),
      ask: { from, to },
    },
    {
      about: 'nothing may leave, and a Deployment’s pods on two nodes are asked',
      make: (world) =>
        world.make(deployment('web', { replicas: 2 }), service('web'), policy('deny', { policyTypes: EGRESS })),
      ask: { from, to },
    },
    {
      about: 'the client lacks a label',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', { ingress: [{ from: [{ podSelector: { matchLabels: { role: 'friend' } } }] }] }),
        ),
      ask: { from, to },
    },
    {
      about: 'what a Deployment makes lacks a label',
      make: async (world) => {
        await world.make(deployment('front', { args: ['--listen='] }), deployment('web'), service('web'))
        await world.make(
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [{ podSelector: { matchLabels: { app: 'front', role: 'friend' } } }] }],
          }),
        )
      },
      ask: { from: 'deploy/front', to },
    },
    {
      about: 'what a StatefulSet makes lacks a label',
      make: async (world) => {
        const { spec } = deployment('front', { args: ['--listen='] }) as { spec?: object }
        const metadata = { name: 'front', namespace: 'default' }
        await world.make({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata, spec } as never)
        await world.make(deployment('web'), service('web'))
        await world.make(
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [{ podSelector: { matchLabels: { app: 'front', role: 'friend' } } }] }],
          }),
        )
      },
      ask: { from: 'sts/front', to },
    },
    {
      about: 'the client has another value of the label',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', { ingress: [{ from: [{ podSelector: app('friend') }] }] }),
        ),
      ask: { from, to },
    },
    {
      about: 'the client’s label is misspelt in the rule',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('cleint') }] }] }),
        ),
      ask: { from, to },
    },
    {
      about: 'the port has another name than the pod has for it',
      make: (world) =>
        world.make(
          deployment('web', { ports: [{ name: 'sql', containerPort: 8080 }] }),
          service('web'),
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 'http' }] }],
          }),
        ),
      ask: { from, to },
    },
    {
      about: 'the client has no labels',
      make: async (world) => {
        const bare = pod('bare', { spec: onNode('node-1'), ports: [], args: ['--listen='] })
        await world.make({ ...bare, metadata: { ...bare.metadata, labels: {} } } as typeof bare, deployment('web'))
        await world.make(
          service('web'),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('front') }] }] }),
        )
      },
      ask: { from: 'pod/bare', to },
    },
    {
      about: 'the client’s namespace lacks a label',
      make: async (world) => {
        await world.make(namespace('front'), pod('client', { namespace: 'front', ports: [], args: ['--listen='] }))
        await world.make(
          deployment('web'),
          service('web'),
          policy('web', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'front' } } }] }] }),
        )
      },
      ask: { from: 'pod/front/client', to: 'svc/default/web' },
    },
    {
      about: 'a podSelector alone means its own namespace',
      make: async (world) => {
        await world.make(namespace('front'), pod('client', { namespace: 'front', ports: [], args: ['--listen='] }))
        await world.make(
          deployment('web'),
          service('web'),
          policy('web', { ingress: [{ from: [{ podSelector: app('client') }] }] }),
        )
      },
      ask: { from: 'pod/front/client', to: 'svc/default/web' },
    },
    {
      about: 'label of the pod and of the namespace, and the port',
      make: async (world) => {
        await world.make(namespace('front'), pod('client', { namespace: 'front', ports: [], args: ['--listen='] }))
        await world.make(
          deployment('web'),
          service('web'),
          policy('web', {
            ingress: [
              {
                from: [
                  {
                    namespaceSelector: { matchLabels: { team: 'front' } },
                    podSelector: { matchExpressions: [{ key: 'role', operator: 'Exists' }] },
                  },
                ],
                ports: [{ port: 81 }],
              },
            ],
          }),
        )
      },
      ask: { from: 'pod/front/client', to: 'svc/default/web' },
    },
    {
      about: 'another port, of another protocol, by name',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', {
            ingress: [
              { from: [{ podSelector: app('client') }], ports: [{ port: 80 }, { port: 'http', protocol: 'UDP' }] },
            ],
          }),
        ),
      ask: { from, to },
    },
    {
      about: 'an except leaves the client’s node out',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', { ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.1.0/24'] } }] }] }),
        ),
      ask: { from, to },
    },
    {
      about: 'through another node’s port it comes from that node',
      make: (world) =>
        world.make(
          deployment('web', { spec: onNode('node-3') }),
          service('web', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('client') }] }] }),
        ),
      ask: { from, to: '172.30.0.3:30080' },
    },
    {
      about: 'the host may not ask',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web', { type: 'NodePort', ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }] }),
          policy('web', { ingress: [{ from: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] }),
        ),
      ask: { from: 'host', to: '172.30.0.2:30080' },
    },
    ...severalCures,
    {
      about: 'neither end lets it pass',
      make: async (world) => {
        await world.make(namespace('back'), deployment('web', { namespace: 'back' }))
        await world.make(service('web', {}, { namespace: 'back' }))
        await world.make(
          policy('out', { policyTypes: EGRESS, egress: [{ to: [{ podSelector: {} }] }] }),
          policy('in', { ingress: [{ from: [{ podSelector: {} }] }] }, 'back'),
        )
      },
      ask: { from, to: 'svc/back/web' },
      afterwards: ['policy-isolates'],
    },
    {
      about: 'a node may not be asked',
      make: (world) =>
        world.make(policy('out', { policyTypes: EGRESS, egress: [{ to: [{ podSelector: app('web') }] }] })),
      ask: { from, to: '172.30.0.2:53', protocol: 'UDP' },
      sees: (facts) => ({ ...facts, services: facts.services.filter(({ metadata }) => metadata?.name !== 'kube-dns') }),
    },
  ],
  'policy-denies': [
    {
      about: 'the tier Admin denies a namespace all that comes from another',
      make: async (world) => {
        await world.make(namespace('front'), pod('client', { namespace: 'front', ports: [], args: ['--listen='] }))
        await world.make(
          deployment('web'),
          service('web'),
          clusterPolicy('apart', {
            ingress: [
              { action: 'Accept', from: [{ namespaces: { matchLabels: { trusted: 'yes' } } }] },
              { action: 'Deny', from: [{ namespaces: {} }] },
            ],
          }),
        )
      },
      ask: { from: 'pod/front/client', to: 'svc/default/web' },
    },
    {
      about: 'the tier Baseline denies pods what goes to nodes',
      make: (world) =>
        world.make(
          clusterPolicy('base', { tier: 'Baseline', priority: 0, egress: [{ action: 'Deny', to: [{ nodes: {} }] }] }),
        ),
      ask: { from, to: '172.30.0.2:53', protocol: 'UDP' },
      sees: (facts) => ({ ...facts, services: facts.services.filter(({ metadata }) => metadata?.name !== 'kube-dns') }),
    },
  ],
  'dns-forgotten': [
    {
      about: 'egress to a Service alone, whose name is asked for',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('out', {
            podSelector: app('client'),
            egress: [{ to: [{ podSelector: app('web') }] }],
            policyTypes: EGRESS,
          }),
        ),
      ask: { from, to: 'web.default:80' },
      sees: dnsOnNodes,
    },
    {
      about: 'the DNS is a program at an address',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('out', {
            podSelector: app('client'),
            egress: [{ to: [{ podSelector: app('web') }] }],
            policyTypes: EGRESS,
          }),
        ),
      ask: { from, to: 'web.default:80' },
    },
    {
      about: 'the rule for DNS has the address of its Service, and another has that of a Service',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web', { clusterIP: '10.96.0.77' }),
          policy('out', {
            policyTypes: EGRESS,
            egress: [
              { to: [{ ipBlock: { cidr: '10.96.0.10/32' } }], ports: [{ port: 53, protocol: 'UDP' }] },
              { to: [{ ipBlock: { cidr: '10.96.0.77/32' } }], ports: [{ port: 80 }] },
            ],
          }),
        ),
      ask: { from, to: 'web.default:80' },
      sees: dnsOnNodes,
      afterwards: ['policy-isolates'],
    },
    {
      about: 'nothing may leave, and a name is asked for',
      make: (world) => world.make(deployment('web'), service('web'), policy('out', { policyTypes: EGRESS })),
      ask: { from, to: 'web.default:80' },
      sees: dnsOnNodes,
      afterwards: ['policy-isolates'],
    },
  ],
} satisfies Readonly<Record<string, readonly Broken[]>>
