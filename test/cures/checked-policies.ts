import type { ClusterFacts } from '#explain/cluster/facts.ts'
import type { PolicyReason } from '#explain/trace/policies/check.ts'
import { clusterPolicy, deployment, namespace, pod, policy, service, slice } from './objects.ts'
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
const dnsBy = (matchLabels: object): object => ({
  to: [{ ...DNS.to[0], podSelector: { matchLabels } }],
  ports: DNS.ports,
})
const toAddress = (address: string, port: number, protocol = 'TCP'): object => ({
  to: [{ ipBlock: { cidr: `${address}/32` } }],
  ports: [{ port, protocol }, ...(port === 53 ? [{ port, protocol: 'TCP' }] : [])],
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
          policy('web', { podSelector: app('web'), ingress: [{ ports: [{ port: 81 }] }] }),
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
      about: 'those who may ask are still to come',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('monitoring') }] }] }),
        ),
      lookOnly: 'nobody is let in in their place',
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
      about: 'egress to a range that pods are in',
      make: (world) =>
        world.make(
          deployment('web'),
          policy('out', {
            podSelector: app('client'),
            egress: [
              {
                to: [{ ipBlock: { cidr: '10.244.0.0/16', except: ['10.244.200.0/24'] } }],
                ports: [{ port: 8000, endPort: 8100 }],
              },
            ],
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
  'peer-is-cluster-ip': [
    {
      about: 'the DNS by its ClusterIP',
      make: (world) =>
        world.make(
          policy('out', {
            policyTypes: EGRESS,
            egress: [toAddress('10.96.0.10', 53, 'UDP'), { to: [{ podSelector: {} }] }],
          }),
        ),
      sees: dnsOnNodes,
    },
    {
      about: 'the API server by its ClusterIP, whose endpoint is an address',
      make: async (world) => {
        await world.make(
          service('api', { selector: undefined, clusterIP: '10.96.0.50', ports: [{ port: 443, targetPort: 6443 }] }),
        )
        await world.make(slice('api-1', 'api', [{ addresses: ['172.30.0.1'] }], { name: '', port: 6443 }))
        await world.make(policy('out', { policyTypes: EGRESS, egress: [toAddress('10.96.0.50', 443)] }))
      },
    },
    {
      about: 'a Service of pods by its ClusterIP and its port',
      make: (world) =>
        world.make(
          deployment('web', { replicas: 2 }),
          service('web', { clusterIP: '10.96.0.50' }),
          policy('out', {
            podSelector: app('client'),
            policyTypes: EGRESS,
            egress: [DNS, toAddress('10.96.0.50', 80)],
          }),
        ),
      sees: dnsOnNodes,
    },
    {
      about: 'the range of all ClusterIPs',
      make: (world) =>
        world.make(policy('out', { policyTypes: EGRESS, egress: [{ to: [{ ipBlock: { cidr: '10.96.0.0/16' } }] }] })),
      lookOnly: 'which Services are meant only a person knows',
    },
    {
      about: 'as one who asks',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web', { clusterIP: '10.96.0.50' }),
          policy('web', { ingress: [{ from: [{ podSelector: {} }, { ipBlock: { cidr: '10.96.0.50/32' } }] }] }),
        ),
      lookOnly: 'nobody asks from the address of a Service',
    },
  ],
  'policy-port-is-services': [
    {
      about: 'those who are asked',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] }),
        ),
    },
    {
      about: 'those who ask, of two Services that are the same pods',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          service('again', { selector: { app: 'web' } }),
          policy('out', {
            podSelector: app('client'),
            policyTypes: EGRESS,
            egress: [DNS, { to: [{ podSelector: app('web') }], ports: [{ port: 443 }, { port: 80 }] }],
          }),
        ),
      sees: dnsOnNodes,
    },
    {
      about: 'a rule of a ClusterNetworkPolicy',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          clusterPolicy('web', {
            subject: { pods: { namespaceSelector: {}, podSelector: app('web') } },
            ingress: [
              { action: 'Deny', from: [{ namespaces: {} }], protocols: [{ tcp: { destinationPort: { number: 80 } } }] },
            ],
          }),
        ),
    },
  ],
  'peer-means-nobody': [
    {
      about: 'the DNS by a label that its pods do not have',
      make: (world) =>
        world.make(
          policy('out', {
            policyTypes: EGRESS,
            egress: [dnsBy({ 'k8s-app': 'coredns' }), { to: [{ podSelector: {} }] }],
          }),
        ),
      sees: dnsOnNodes,
    },
    {
      about: 'yes, where pods say true',
      make: (world) =>
        world.make(
          pod('web'),
          pod('api', { labels: { 'needs-web': 'true' } }),
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [{ podSelector: { matchLabels: { 'needs-web': 'yes' } } }, { podSelector: {} }] }],
          }),
        ),
    },
    {
      about: 'a dash too many',
      make: async (world) => {
        await world.make(namespace('monitoring', { team: 'm' }), pod('web'))
        await world.make(pod('prometheus', { namespace: 'monitoring' }), pod('grafana', { namespace: 'monitoring' }))
        await world.make(
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [team('m'), { podSelector: app('prometheus') }] }],
          }),
        )
      },
    },
    {
      about: 'a dash too many, before another peer',
      make: async (world) => {
        await world.make(namespace('monitoring', { team: 'm' }), pod('web'))
        await world.make(pod('prometheus', { namespace: 'monitoring' }))
        await world.make(
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [team('m'), { podSelector: app('prometheus') }, { podSelector: {} }] }],
          }),
        )
      },
    },
    {
      about: 'pods of another namespace by a podSelector alone, which closes a Service',
      make: async (world) => {
        await world.make(namespace('dev'), pod('tool', { namespace: 'dev' }), deployment('web'), service('web'))
        await world.make(
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('tool') }] }] }),
        )
      },
    },
    {
      about: 'pods of several namespaces by a podSelector alone',
      make: async (world) => {
        await world.make(namespace('dev'), namespace('test'), deployment('web'), service('web'))
        await world.make(pod('tool', { namespace: 'dev' }), pod('tool', { namespace: 'test' }))
        await world.make(
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('tool') }] }] }),
        )
      },
      lookOnly: 'which namespace is meant only a person knows',
    },
    {
      about: 'pods of their node’s network alone',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          pod('agent', { spec: { hostNetwork: true }, ports: [] }),
          policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('agent') }] }] }),
        ),
      lookOnly: 'no selector means them, and their node’s address means more',
    },
    {
      about: 'namespaces by nearly the value that one has',
      make: async (world) => {
        await world.make(namespace('dev', { purpose: 'testing' }), namespace('live', { purpose: 'production' }))
        await world.make(
          pod('tool', { namespace: 'dev' }),
          deployment('web'),
          service('web'),
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [{ namespaceSelector: { matchLabels: { purpose: 'test' } } }] }],
          }),
        )
      },
    },
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
      about: 'the DNS by a name that its pods do not have for their port',
      make: (world) =>
        world.make(
          policy('out', {
            policyTypes: EGRESS,
            egress: [
              {
                to: DNS.to,
                ports: [
                  { protocol: 'TCP', port: 'dns-tcp' },
                  { protocol: 'UDP', port: 'dns-udp' },
                ],
              },
              { to: [{ podSelector: {} }] },
            ],
          }),
        ),
      sees: dnsOnNodes,
    },
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
  'rule-is-split': [
    {
      about: 'a dash between peers and ports, which opens a port to everybody',
      make: (world) =>
        world.make(
          deployment('web'),
          service('web'),
          policy('web', {
            podSelector: app('web'),
            ingress: [{ from: [{ podSelector: app('client') }] }, { ports: [{ port: 8080 }] }],
          }),
        ),
    },
    {
      about: 'the same before another rule',
      make: (world) =>
        world.make(
          deployment('web'),
          policy('web', {
            podSelector: app('web'),
            ingress: [
              { from: [{ podSelector: app('client') }] },
              { ports: [{ port: 'http' }] },
              { from: [{ podSelector: {} }], ports: [{ port: 9090 }] },
            ],
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
      about: 'its namespace was forgotten',
      make: async (world) => {
        await world.make(namespace('prod'), deployment('db', { namespace: 'prod' }))
        await world.make(policy('db', { podSelector: app('db'), ingress: [{ from: [{ podSelector: app('web') }] }] }))
      },
      lookOnly: 'a policy gets another namespace only anew',
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

/** Several findings, whose cures are all done, in their order. */
export const checkedTogether: readonly Checked[] = [
  {
    about: 'three of one priority',
    make: (world) =>
      world.make(
        clusterPolicy('a', { egress: [{ action: 'Accept', to: [{ namespaces: {} }] }] }),
        clusterPolicy('b', denied({ namespaces: {} })),
        clusterPolicy('c', { egress: [{ action: 'Pass', to: [{ namespaces: {} }] }] }),
      ),
  },
  {
    about: 'a namespace is closed both ways, and nothing says who may ask its Service',
    make: (world) =>
      world.make(deployment('web'), service('web'), policy('deny', { policyTypes: ['Ingress', 'Egress'] })),
    sees: dnsOnNodes,
  },
  {
    about: 'who may come in to a Service may not leave for it',
    make: (world) =>
      world.make(
        deployment('web'),
        service('web'),
        policy('deny', { policyTypes: ['Ingress', 'Egress'] }),
        policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: app('client') }] }] }),
      ),
    sees: dnsOnNodes,
  },
  {
    about: 'a label with a slip, the Service’s port at both ends, and DNS forgotten',
    make: (world) =>
      world.make(
        deployment('web'),
        service('web'),
        policy('in', {
          podSelector: app('web'),
          ingress: [{ from: [{ podSelector: app('clinet') }], ports: [{ port: 80 }] }],
        }),
        policy('out', {
          podSelector: app('client'),
          policyTypes: EGRESS,
          egress: [{ to: [{ podSelector: app('web') }], ports: [{ port: 80 }] }],
        }),
      ),
    sees: dnsOnNodes,
  },
  {
    about: 'a slip in a rule of a policy that selects no pod for another',
    make: (world) =>
      world.make(
        deployment('web'),
        service('web'),
        policy('web', { podSelector: app('wbe'), ingress: [{ from: [{ podSelector: app('cleint') }] }] }),
      ),
  },
  {
    about: 'a dash between peers and ports, and a slip in the peers',
    make: (world) =>
      world.make(
        deployment('web'),
        service('web'),
        policy('web', {
          podSelector: app('web'),
          ingress: [{ from: [{ podSelector: app('cleint') }] }, { ports: [{ port: 80 }] }],
        }),
      ),
  },
  {
    about: 'two Services behind one policy without rules, and DNS forgotten',
    make: (world) =>
      world.make(
        deployment('web', { replicas: 2 }),
        deployment('api'),
        service('web'),
        service('api'),
        policy('deny', { policyTypes: ['Ingress', 'Egress'] }),
        policy('out', {
          podSelector: app('api'),
          policyTypes: EGRESS,
          egress: [{ to: [{ podSelector: app('web') }] }],
        }),
        policy('more', { policyTypes: EGRESS, egress: [{ to: [{ podSelector: app('api') }] }] }),
      ),
    sees: dnsOnNodes,
  },
  {
    about: 'a Service whose pods two policies close',
    make: (world) =>
      world.make(
        pod('one', { labels: { app: 'web', lot: 'a' } }),
        pod('two', { labels: { app: 'web', lot: 'b' } }),
        service('web'),
        policy('a', { podSelector: { matchLabels: { lot: 'a' } } }),
        policy('b', { podSelector: { matchLabels: { lot: 'b' } } }),
      ),
  },
]

/** What people do on purpose: nothing is found. */
export const meantSo: readonly Checked[] = [
  {
    about: 'a ClusterIP beside the pods that are behind it, for proxies that see it; ports of nobody’s Service',
    make: (world) =>
      world.make(
        deployment('web'),
        service('web', { clusterIP: '10.96.0.50' }),
        policy('out', {
          podSelector: app('client'),
          policyTypes: EGRESS,
          egress: [
            DNS,
            {
              to: [{ podSelector: app('web') }, { ipBlock: { cidr: '10.96.0.50/32' } }],
              ports: [{ port: 80 }, { port: 8080 }],
            },
            { ports: [{ port: 80 }, { port: 443 }] },
          ],
        }),
      ),
    sees: dnsOnNodes,
  },
  {
    about: 'the DNS by the names of its pods’ ports',
    make: (world) =>
      world.make(
        policy('out', {
          policyTypes: EGRESS,
          egress: [
            {
              to: DNS.to,
              ports: [
                { protocol: 'TCP', port: 'dns-tcp' },
                { protocol: 'UDP', port: 'dns' },
              ],
            },
            { to: [{ podSelector: {} }] },
          ],
        }),
      ),
    sees: dnsOnNodes,
  },
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
    about: 'anybody at a port, and peers at all ports, where there are others; anybody outside at a port',
    make: (world) =>
      world.make(
        deployment('web', { ports: [{ containerPort: 8080 }, { containerPort: 9090 }] }),
        policy('web', {
          podSelector: app('web'),
          ingress: [{ from: [{ podSelector: app('client') }] }, { ports: [{ port: 8080 }] }],
        }),
        policy('out', {
          podSelector: app('client'),
          policyTypes: EGRESS,
          egress: [
            { to: [{ podSelector: app('web') }] },
            { ports: [{ port: 443 }, { port: 53 }, { port: 53, protocol: 'UDP' }] },
          ],
        }),
      ),
    sees: dnsOnNodes,
  },
  {
    about: 'a range of addresses outside of the cluster',
    make: (world) =>
      world.make(
        policy('out', {
          policyTypes: EGRESS,
          egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/24' } }], ports: [{ port: 5978 }] }],
        }),
      ),
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
