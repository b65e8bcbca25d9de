import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'

export const TIERS = ['web', 'api', 'db', 'cache', 'job'] as const

type Spec = NonNullable<NetworkPolicy['spec']>

const everybody = {}
const tier = (name: string) => ({ matchLabels: { tier: name } })
const space = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })
const tcp = (port: number | string, endPort?: number) => ({ protocol: 'TCP', port, ...(endPort && { endPort }) })

/**
 * What a team has: all refused, then one by one what may be. `version` changes a port or a range of each but the first, as
 * an edit does.
 */
export const policySpecs = (team: number, version: number): readonly (readonly [name: string, spec: Spec])[] =>
  [
    ['default-deny', { podSelector: everybody, policyTypes: ['Ingress', 'Egress'] }],
    [
      'allow-same-namespace',
      {
        podSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['cache', 'job'] }] },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: everybody }], ...(version > 0 && { ports: [tcp(6000 + version)] }) }],
        egress: [{ to: [{ podSelector: everybody }] }],
      },
    ],
    [
      'allow-dns',
      {
        podSelector: everybody,
        policyTypes: ['Egress'],
        egress: [
          {
            to: [{ namespaceSelector: space('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
            ports: [{ protocol: 'UDP', port: 53 }, tcp(53), ...(version > 0 ? [tcp(5300 + version)] : [])],
          },
        ],
      },
    ],
    [
      'web-from-ingress',
      {
        podSelector: tier('web'),
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: space('ingress-nginx') }], ports: [tcp('http'), tcp(8443 + version)] }],
      },
    ],
    [
      'api-from-web',
      {
        podSelector: tier('api'),
        policyTypes: ['Ingress'],
        ingress: [
          { from: [{ podSelector: tier('web') }], ports: [tcp(8080)] },
          {
            from: [{ namespaceSelector: { matchLabels: { team: `${(team + 1) % 10}` } }, podSelector: tier('web') }],
            ports: [tcp(8081 + version)],
          },
        ],
      },
    ],
    [
      'web-to-api',
      {
        podSelector: tier('web'),
        policyTypes: ['Egress'],
        egress: [{ to: [{ podSelector: tier('api') }], ports: [tcp('http'), tcp(8082 + version)] }],
      },
    ],
    [
      'db-from-api',
      {
        podSelector: tier('db'),
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: tier('api') }], ports: [tcp(5432), tcp(6432 + version)] }],
      },
    ],
    [
      'metrics',
      {
        podSelector: everybody,
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ namespaceSelector: space('monitoring') }], ports: [tcp('metrics'), tcp(9200 + version)] }],
      },
    ],
    [
      'outside',
      {
        podSelector: tier('api'),
        policyTypes: ['Egress'],
        egress: [
          {
            to: [
              { ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] } },
              { ipBlock: { cidr: '::/0', except: ['fc00::/7'] } },
            ],
            ports: [tcp(443), ...(version > 0 ? [tcp(9000 + version)] : [])],
          },
        ],
      },
    ],
    [
      'office',
      {
        podSelector: tier('web'),
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [
              { ipBlock: { cidr: `198.18.${team}.0/24`, except: [`198.18.${team}.${16 * (version % 15)}/28`] } },
              { ipBlock: { cidr: `2001:db8:${team.toString(16)}::/48` } },
            ],
            ports: [tcp(8000, 8100)],
          },
        ],
      },
    ],
  ] as unknown as readonly (readonly [string, Spec])[]
