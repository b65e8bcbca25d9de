import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import { at, pod, service, slice } from '../../../testing/cluster.ts'
import { clusterPolicy, policy, withPolicies } from '../../../testing/policies.ts'
import { printCheck } from '../../../words/policies/check.ts'
import { checkPolicies } from './check.ts'

type Policies = Parameters<typeof withPolicies>[0]
type ClusterPolicies = NonNullable<Parameters<typeof withPolicies>[1]>

const NO_FLAGS = { fairlead: [], kubectl: [] }
const app = (name: string) => ({ matchLabels: { app: name } })
const team = (name: string) => ({ namespaceSelector: { matchLabels: { team: name } } })
const named = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } })
const denied = (to: object) => ({ egress: [{ action: 'Deny', to: [to] }] })
/** One Service, of two pods, and a client. */
const shop: Partial<ClusterFacts> = {
  services: [service('web', '10.96.0.1')],
  slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2)])],
}

const told = (given: ClusterFacts, namespace?: string): readonly string[] =>
  printCheck(checkPolicies(given, namespace, NO_FLAGS))
    .trimEnd()
    .split('\n')
    .map((line) => line.trim())
const found = (policies: Policies, clusterPolicies: ClusterPolicies = [], more: Partial<ClusterFacts> = {}) =>
  told(withPolicies(policies, clusterPolicies, { ...shop, ...more }))
/** Beside the namespaces that there are always one more, with these labels. */
const beside = (
  front: Readonly<Record<string, string>>,
  policies: Policies,
  clusterPolicies: ClusterPolicies = [],
): ClusterFacts => {
  const given = withPolicies(policies, clusterPolicies, { ...shop, namespaces: ['default', 'front'] })
  return { ...given, namespaceLabels: { ...given.namespaceLabels, front } }
}
const NOTHING = ['nothing found in 1 policy']
const ONE = '1 finding in 1 policy'

const closes = (which: string, policies: string) =>
  `why   nobody at all may ask ${which} of Service default/web at its port 80/TCP: ${policies} [service-closed]`

test('a Service that nobody may ask is told with a policy that lets its namespace ask the port', () => {
  const opened = `echo '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"allow-namespace-to-web-8080","namespace":"default"},"spec":{"podSelector":{"matchLabels":{"app":"web"}},"policyTypes":["Ingress"],"ingress":[{"from":[{"podSelector":{}}],"ports":[{"protocol":"TCP","port":8080}]}]}}' | kubectl apply -f -`
  assert.deepEqual(found([policy('deny', { policyTypes: ['Ingress'] })]), [
    closes('all 2 ready pods', 'NetworkPolicy default/deny lets nobody pass who could ask'),
    'pod default/web-1 and pod default/web-2',
    'cure  let pods of default pass, by a policy of its own, default/allow-namespace-to-web-8080:',
    opened,
    ONE,
  ])
  const other = policy('web', { podSelector: app('web'), ingress: [{ ports: [{ port: 81 }] }] })
  assert.equal(found([other])[3], opened)
})

test('of a Service some of whose ready pods nobody may ask, these are told', () => {
  const pods = [
    pod('web-1', 1, 11),
    pod('web-2', 2, 11, { labels: { app: 'web', extra: 'yes' } }),
    pod('client', 1, 9, { labels: { app: 'client' } }),
  ]
  const extra = policy('extra', { podSelector: { matchLabels: { extra: 'yes' } } })
  assert.deepEqual(found([extra], [], { pods }).slice(0, 2), [
    closes('1 of 2 ready pods', 'NetworkPolicy default/extra lets nobody pass who could ask'),
    'pod default/web-2',
  ])
  const slices = [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2, { ready: false })])]
  assert.deepEqual(found([extra], [], { pods, slices }), NOTHING, 'it is not ready')
  assert.deepEqual(found([policy('extra', { policyTypes: ['Egress'] })], [], { pods }), NOTHING, 'egress closes none')
})

test('a Service whose pods may ask each other, and nobody else them, is open; where there is but one of them it is not', () => {
  const web = app('web')
  const among = policy('web', { podSelector: web, ingress: [{ from: [{ podSelector: web }] }] })
  assert.deepEqual(found([among]), NOTHING)
  const slices = [slice('web', [at('10.244.1.11', 1)])]
  const pods = [pod('web-1', 1, 11), pod('client', 1, 9, { labels: { app: 'client' } })]
  assert.equal(
    found([among], [], { pods, slices })[0],
    closes('its only ready pod', 'NetworkPolicy default/web lets nobody pass who could ask'),
  )
})

test('who is meant to ask a pod that is alone in its namespace only a person knows: the policy is shown, and an administrator’s', () => {
  const alone = found([policy('deny', {})], [], {
    pods: [pod('web-1', 1, 11), pod('client', 1, 9, { namespace: 'front' })],
    slices: [slice('web', [at('10.244.1.11', 1)])],
  })
  assert.deepEqual(alone.slice(0, 4), [
    closes('its only ready pod', 'NetworkPolicy default/deny lets nobody pass who could ask'),
    'pod default/web-1',
    'look  the policy:',
    'kubectl get networkpolicy deny -n default -o yaml',
  ])
  const admin = found(
    [policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: {} }] }] })],
    [clusterPolicy('closed', { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] })],
  )
  assert.deepEqual(admin.slice(0, 4), [
    closes('all 2 ready pods', 'ClusterNetworkPolicy closed lets nobody pass who could ask'),
    'pod default/web-1 and pod default/web-2',
    'look  the policy:',
    'kubectl get clusternetworkpolicy closed -o yaml',
  ])
})

test('a Service that a range of addresses may ask, its first or its last, is open', () => {
  const to = (ipBlock: object) => [policy('web', { podSelector: app('web'), ingress: [{ from: [{ ipBlock }] }] })]
  assert.deepEqual(found(to({ cidr: '192.168.0.0/16', except: ['192.168.0.0/24'] })), NOTHING)
  assert.deepEqual(found(to({ cidr: '192.168.0.0/16', except: ['192.168.128.0/17'] })), NOTHING)
  assert.deepEqual(found(to({ cidr: '192.168.7.7/32' })), NOTHING)
  assert.equal(found(to({ cidr: '2001:db8:1::/48' })).at(-1), ONE, 'of the other family nobody comes')
})

test('a policy of its own has a name that Kubernetes takes, however long that of the policy is which isolates', () => {
  const named = (name: string) =>
    policy(name, {
      podSelector: app('client'),
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: app('web') }] }],
    })
  const cure = (name: string) =>
    /"name":"([^"]*)"/.exec(found([named(name)]).find((line) => line.startsWith('echo'))!)?.[1]
  assert.equal(cure('x.y'), 'allow-dns-x.y')
  assert.equal(cure('allow-egress-web-to-db-8080'), 'allow-dns-web', 'of a cure that let it ask')
  assert.equal(cure('a'.repeat(253)), `allow-dns-${'a'.repeat(60)}`)
})

test('pods that may ask others by name and not the DNS are told with the rule that lets them, once for what isolates them', () => {
  const out = (...egress: readonly object[]) =>
    policy('out', { podSelector: app('client'), policyTypes: ['Egress'], egress })
  assert.deepEqual(found([out({ to: [{ podSelector: app('web') }] })]), [
    'why   pod default/client may not ask the cluster’s DNS (53/UDP): egress is isolated by default/out, and no rule lets DNS pass, so it finds no names [dns-forgotten]',
    'whoever isolates egress must let DNS pass by a rule of its own, whatever else may be asked',
    'cure  let DNS pass, by a policy of its own, default/allow-dns-out:',
    `echo '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"allow-dns-out","namespace":"default"},"spec":{"podSelector":{"matchLabels":{"app":"client"}},"policyTypes":["Egress"],"egress":[{"to":[{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"kube-system"}},"podSelector":{"matchLabels":{"k8s-app":"kube-dns"}}}],"ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}]}]}}' | kubectl apply -f -`,
    ONE,
  ])
  assert.match(found([out({ ports: [{ port: 80 }] })])[0]!, /dns-forgotten/, 'it may ask anyone at a port')
  assert.match(found([out({ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }], ports: [{ port: 80 }] })])[0]!, /dns-forgotten/)
  assert.deepEqual(found([out()]), NOTHING, 'it may ask nobody')
  assert.deepEqual(
    found([out({ to: [{ ipBlock: { cidr: '192.0.2.7/32' } }] })]),
    NOTHING,
    'it may ask an address alone',
  )
  const range = (cidr: string, ...except: readonly string[]) =>
    found([out({ to: [{ ipBlock: { cidr, except } }], ports: [{ port: 8000, endPort: 8100 }] })])
  assert.match(range('10.244.0.0/16', '10.244.2.0/24')[0]!, /dns-forgotten/, 'pods are in it')
  assert.match(range('10.96.0.0/12')[0]!, /dns-forgotten/, 'Services are in it, and more')
  assert.deepEqual(range('10.0.0.0/24'), NOTHING, 'nobody of the cluster is in it')
  assert.deepEqual(range('10.244.0.0/16', '10.244.1.0/24', '10.244.2.0/24'), NOTHING, 'they are left out')
  const all = policy('out', { policyTypes: ['Egress'], egress: [{ to: [{ podSelector: app('web') }] }] })
  assert.match(
    found([policy('closed', { policyTypes: ['Egress'] }), all])[0]!,
    /^why {3}pods default\/web-1, default\/web-2 and default\/client may not ask .* isolated by default\/closed and default\/out/,
  )
  assert.match(
    found([policy('closed', { policyTypes: ['Egress'] }), all])[3]!,
    /"name":"allow-dns","namespace":"default"},"spec":{"podSelector":{},/,
  )
})

const lets = (name: string, podSelector: object) =>
  policy(name, { podSelector, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: app('web') }] }] })
/** What new policies that let DNS pass are called. */
const dnsCures = (...policies: Policies) =>
  found(policies).flatMap((line) => /^cure .*, default\/(.*):$/.exec(line)?.[1] ?? [])

test('one policy lets DNS pass for all who forgot it where one isolates them all, and for nobody else where it need not', () => {
  const deny = policy('deny', { policyTypes: ['Egress'] })
  assert.deepEqual(dnsCures(deny, lets('client', app('client')), lets('web', app('web'))), ['allow-dns'])
  assert.deepEqual(dnsCures(deny, lets('client', app('client'))), ['allow-dns-client'], 'others ask nobody')
  assert.deepEqual(dnsCures(lets('client', app('client')), lets('web', app('web'))), [
    'allow-dns-client',
    'allow-dns-web',
  ])
})

test('who has no address of the family in which the DNS answers has not forgotten it, whoever is labelled alike', () => {
  const labels = { app: 'client' }
  const six = pod('six', 1, 8, { labels, status: { podIPs: [{ ip: 'fd00:10:244:1::8' }] } })
  const pods = [pod('web-1', 1, 11), six, pod('client', 1, 9, { labels })]
  assert.match(found([lets('out', app('client'))], [], { pods })[0]!, /^why {3}pod default\/client may not ask/)
})

test('DNS that an administrator denies is not forgotten', () => {
  const out = (...egress: readonly object[]) =>
    policy('out', {
      podSelector: app('client'),
      policyTypes: ['Egress'],
      egress: [{ to: [{ podSelector: app('web') }] }, ...egress],
    })
  const denying = (protocol: string) =>
    clusterPolicy('no-dns', {
      egress: [
        {
          action: 'Deny',
          to: [{ networks: ['172.30.0.0/16'] }],
          protocols: [{ [protocol]: { destinationPort: { number: 53 } } }],
        },
      ],
    })
  assert.deepEqual(found([out()], [denying('udp')]), ['nothing found in 2 policies'])
  assert.deepEqual(found([out({ ports: [{ port: 53, protocol: 'UDP' }] })], [denying('udp')]), [
    'nothing found in 2 policies',
  ])
  assert.match(found([out()], [denying('tcp')])[0]!, /dns-forgotten/)
})

test('what cannot be read is told with its field', () => {
  const from = [{ ipBlock: { cidr: '10.0.0.0/40' } }]
  assert.deepEqual(found([policy('odd', { podSelector: app('web'), ingress: [{ from }, {}] })]), [
    'why   NetworkPolicy default/odd cannot be read in full, and stands closed there [policy-unreadable]',
    'spec.ingress[0].from[0].ipBlock is no range: write cidr and except as 10.9.8.0/24 or 2001:db8::/64',
    'look  the policy:',
    'kubectl get networkpolicy odd -n default -o yaml',
    ONE,
  ])
})

const peers = (...from: readonly object[]) =>
  policy('web', { podSelector: app('web'), ingress: [{ from: [{ podSelector: {} }, ...from] }] })

test('a peer of namespaces that none is: one that is called so gets the label, of one that is called nearly so the name is meant', () => {
  const name = { 'kubernetes.io/metadata.name': 'front' }
  assert.deepEqual(told(beside(name, [peers(team('front'))])), [
    'why   NetworkPolicy default/web, spec.ingress[0].from[1], means nobody: no namespace has team=front [peer-means-nobody]',
    'nearest: front',
    'cure  give namespace front the label team=front:',
    'kubectl label namespace front team=front',
    ONE,
  ])
  assert.deepEqual(told(beside(name, [peers({ namespaceSelector: named('frnt') })])).slice(1, 4), [
    'nearest: front',
    'cure  let spec.ingress[0].from[1].namespaceSelector mean kubernetes.io/metadata.name=front:',
    `kubectl patch networkpolicy web -n default --type json -p '[{"op":"replace","path":"/spec/ingress/0/from/1/namespaceSelector","value":{"matchLabels":{"kubernetes.io/metadata.name":"front"}}}]'`,
  ])
  const show = ['look  the namespaces and their labels:', 'kubectl get namespaces --show-labels', ONE]
  assert.deepEqual(
    told(beside({ ...name, team: 'back' }, [peers(team('front'))])).slice(1),
    ['nearest: front', ...show],
    'it is of another team',
  )
  const both = { namespaceSelector: { matchLabels: { area: 'front', team: 'x' } } }
  assert.deepEqual(
    told(beside({ ...name, team: 'back' }, [peers(both)])).slice(1),
    ['nearest: front', ...show],
    'one of two labels is another’s',
  )
  assert.deepEqual(told(beside(name, [peers(team('zzzz'))])).slice(1), show, 'none is called like it')
})

test('a peer of pods that none is, where some are labelled nearly so, is a slip; others may be still to come', () => {
  assert.deepEqual(found([peers({ podSelector: app('clint') })]), [
    'why   NetworkPolicy default/web, spec.ingress[0].from[1], means nobody: no pod there has app=clint [peer-means-nobody]',
    'nearest: app=client',
    'cure  let spec.ingress[0].from[1].podSelector mean app=client:',
    `kubectl patch networkpolicy web -n default --type json -p '[{"op":"replace","path":"/spec/ingress/0/from/1/podSelector","value":{"matchLabels":{"app":"client"}}}]'`,
    ONE,
  ])
  assert.deepEqual(found([peers({ podSelector: app('monitoring') })]), NOTHING)
  const deployment = {
    metadata: { name: 'clint', namespace: 'default' },
    spec: { template: { metadata: { labels: { app: 'clint' } } } },
  }
  const made = { deployments: [deployment] as unknown as ClusterFacts['deployments'] }
  assert.deepEqual(found([peers({ podSelector: app('clint') })], [], made), NOTHING, 'a Deployment of none at present')
  const elsewhere = { ...deployment, metadata: { name: 'clint', namespace: 'front' } }
  const away = { deployments: [elsewhere] as unknown as ClusterFacts['deployments'] }
  assert.equal(found([peers({ podSelector: app('clint') })], [], away).at(-1), ONE, 'that makes them elsewhere')
})

test('the same of a ClusterNetworkPolicy, at the place where its selector stands', () => {
  const name = { 'kubernetes.io/metadata.name': 'front' }
  const place = (to: object): string | undefined =>
    told(beside(name, [], [clusterPolicy('web', denied(to))])).find((line) => /^kubectl/.test(line))
  assert.equal(place({ namespaces: { matchLabels: { team: 'front' } } }), 'kubectl label namespace front team=front')
  const mean = (path: string, labels: string) =>
    `kubectl patch clusternetworkpolicy web --type json -p '[{"op":"replace","path":"/spec/egress/0/to/0/${path}","value":{"matchLabels":{${labels}}}}]'`
  assert.equal(place({ namespaces: named('frnt') }), mean('namespaces', '"kubernetes.io/metadata.name":"front"'))
  assert.equal(
    place({ pods: { podSelector: app('a'), namespaceSelector: named('frnt') } }),
    mean('pods/namespaceSelector', '"kubernetes.io/metadata.name":"front"'),
  )
  assert.equal(
    place({ pods: { podSelector: {}, namespaceSelector: named('frnt') } }),
    mean('pods/namespaceSelector', '"kubernetes.io/metadata.name":"front"'),
    'all pods of it',
  )
  assert.equal(
    place({ pods: { podSelector: app('clint'), namespaceSelector: {} } }),
    mean('pods/podSelector', '"app":"client"'),
  )
})

test('the peer of a rule for DNS is nobody’s slip where the nodes answer for it', () => {
  const dns = (labels: object, namespace = 'kube-system') =>
    policy('out', {
      policyTypes: ['Egress'],
      egress: [{}, { to: [{ namespaceSelector: named(namespace), podSelector: { matchLabels: labels } }] }],
    })
  const given = (one: ReturnType<typeof policy>, dnsOnNodes = true) => {
    const pods = [
      pod('web-1', 1, 11),
      pod('log', 1, 12, { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dms' } }),
    ]
    const base = withPolicies([one], [], { ...shop, pods })
    return told({ ...base, network: { ...base.network, dnsOnNodes } })
  }
  assert.deepEqual(given(dns({ 'k8s-app': 'kube-dns' })), NOTHING)
  assert.match(
    given(dns({ 'k8s-app': 'kube-dns' }), false)[0]!,
    /no pod there has k8s-app=kube-dns \[peer-means-nobody\]/,
  )
  assert.match(given(dns({ 'k8s-app': 'kube-dmx' }))[0]!, /no pod there has k8s-app=kube-dmx \[peer-means-nobody\]/)
})

test('a port by a name that nobody has who is asked is told with the names that they have, of its protocol', () => {
  const ports = (...list: readonly object[]) =>
    policy('web', { podSelector: app('web'), ingress: [{ ports: [{ port: 8080 }, ...list] }] })
  assert.deepEqual(found([ports({ port: 'htp' })]), [
    'why   NetworkPolicy default/web, spec.ingress[0].ports[1], means a port called htp (TCP), and no pod that is asked has one: nobody passes by it [policy-port-unknown]',
    'names that they have: http',
    'cure  let spec.ingress[0].ports[1] mean port http:',
    `kubectl patch networkpolicy web -n default --type json -p '[{"op":"replace","path":"/spec/ingress/0/ports/1/port","value":"http"}]'`,
    ONE,
  ])
  assert.deepEqual(found([ports({ port: 'http' })]), NOTHING)
  const named = ['admin', 'http'].map((name, index) => ({ name, containerPort: 8080 + index, protocol: 'TCP' }))
  assert.match(
    found([ports({ port: 'htp' })], [], { pods: [pod('web-1', 1, 11, { ports: named }), pod('web-2', 2, 11)] })[2]!,
    /mean port http:$/,
    'the nearest of several',
  )
  const two = ['aaaa', 'bbbb'].map((name) => ({ port: name, protocol: 'UDP' }))
  assert.equal(found([ports(...two)]).at(-1), '2 findings in 1 policy')
  assert.deepEqual(found([ports({ port: 'http', protocol: 'UDP' })]).slice(1), [
    'they have no names for such ports',
    'look  the policy:',
    'kubectl get networkpolicy web -n default -o yaml',
    ONE,
  ])
})

test('in egress the ports are those of whom the rule means, and of nobody where it means nobody', () => {
  const to = (...peersOf: readonly object[]) =>
    policy('out', {
      podSelector: app('client'),
      policyTypes: ['Egress'],
      egress: [{}, { to: peersOf, ports: [{ port: 'sql' }] }],
    })
  const pods = [
    pod('web-1', 1, 11),
    pod('db', 1, 12, { labels: { app: 'db' }, ports: [{ name: 'sql', containerPort: 5432, protocol: 'TCP' }] }),
    pod('client', 1, 9, { labels: { app: 'client' } }),
  ]
  assert.match(
    found([to({ podSelector: app('web') })], [], { pods })[0]!,
    /^why {3}NetworkPolicy default\/out, spec\.egress\[1\]\.ports\[0\], means a port called sql/,
  )
  assert.deepEqual(found([to({ podSelector: app('db') })], [], { pods }), NOTHING)
  assert.deepEqual(found([to({ podSelector: app('web') }, { podSelector: app('db') })], [], { pods }), NOTHING)
  assert.deepEqual(found([to()], [], { pods }), NOTHING, 'somebody among all has it')
  assert.deepEqual(found([to({ ipBlock: { cidr: '192.0.2.0/24' } })], [], { pods }), NOTHING, 'it means no pod')
})

test('a ClusterNetworkPolicy’s port has no protocol, and is mended where it stands there', () => {
  const web = clusterPolicy('web', {
    subject: { pods: { namespaceSelector: {}, podSelector: app('web') } },
    ingress: [{ action: 'Accept', from: [{ namespaces: {} }], protocols: [{ destinationNamedPort: 'https' }] }],
  })
  assert.deepEqual(found([], [web]).slice(0, 4), [
    'why   ClusterNetworkPolicy web, spec.ingress[0].protocols[0], means a port called https, and no pod that is asked has one: nobody passes by it [policy-port-unknown]',
    'names that they have: http',
    'cure  let spec.ingress[0].protocols[0] mean port http:',
    `kubectl patch clusternetworkpolicy web --type json -p '[{"op":"replace","path":"/spec/ingress/0/protocols/0/destinationNamedPort","value":"http"}]'`,
  ])
})

test('two of a tier with one priority that may differ are told once, by name, and the second gets the next that is free', () => {
  const accepts = { egress: [{ action: 'Accept', to: [{ namespaces: {} }] }] }
  const denies = denied({ namespaces: {} })
  const next = clusterPolicy('c', { ...denies, priority: 11 })
  assert.deepEqual(found([], [clusterPolicy('b', accepts), clusterPolicy('a', denies), next]), [
    'why   ClusterNetworkPolicy a and ClusterNetworkPolicy b are both of tier Admin and priority 10, and both speak of egress of pod default/web-1: which is asked first is not told [priority-shared]',
    'cure  let b be asked after it: priority 12:',
    `kubectl patch clusternetworkpolicy b --type merge -p '{"spec":{"priority":12}}'`,
    '1 finding in 3 policies',
  ])
  const of = (...two: readonly object[]) =>
    found([], [clusterPolicy('a', two[0]!), clusterPolicy('b', two[1]!)]).filter((line) => /priority/.test(line))
  assert.deepEqual(of(denies, denies), [], 'they say the same')
  assert.deepEqual(of(denies, { ...accepts, tier: 'Baseline' }), [], 'of another tier')
  assert.deepEqual(of(denies, { ingress: [{ action: 'Accept', from: [{ namespaces: {} }] }] }), [], 'the other way')
  assert.deepEqual(
    of(denies, { ...accepts, subject: { namespaces: named('kube-system') } }),
    [],
    'no pod is selected by both',
  )
  const last = of({ ...denies, priority: 1000 }, { ...accepts, priority: 1000 })
  assert.match(last[0]!, /priority 1000/)
  assert.equal(last.length, 1, 'none is free behind the last: it is shown')
  const [atLast, too] = [accepts, denies].map((one) => ({ ...one, priority: 1000 }))
  assert.ok(
    found([], [clusterPolicy('a', atLast!), clusterPolicy('b', too!)]).includes(
      'kubectl get clusternetworkpolicy b -o yaml',
    ),
  )
  assert.match(of({ ...denies, priority: 999 }, { ...accepts, priority: 999 }).at(-1)!, /"priority":1000/)
})

test('a policy that selects no pod is told with the pods whose labels are like it, and where its selector stands', () => {
  assert.deepEqual(found([policy('web', { podSelector: app('wbe'), ingress: [{}] })]), [
    'why   NetworkPolicy default/web selects no pod: spec.podSelector wants app=wbe [policy-selects-nothing]',
    '2 pods with app=web: default/web-1 and default/web-2',
    'cure  select app=web:',
    `kubectl patch networkpolicy web -n default --type merge -p '{"spec":{"podSelector":{"matchLabels":{"app":"web"},"matchExpressions":null}}}'`,
    ONE,
  ])
  assert.deepEqual(found([policy('web', { podSelector: { matchLabels: { tier: 'database' } } })]).slice(1), [
    'look  the labels of the pods there:',
    'kubectl get pods -n default --show-labels',
    ONE,
  ])
  const podSelector = { matchExpressions: [{ key: 'app', operator: 'In', values: ['weeb'] }] }
  const cluster = clusterPolicy('web', {
    ...denied({ nodes: {} }),
    subject: { pods: { namespaceSelector: {}, podSelector } },
  })
  assert.equal(
    found([], [cluster])[3],
    `kubectl patch clusternetworkpolicy web --type merge -p '{"spec":{"subject":{"pods":{"podSelector":{"matchLabels":{"app":"web"},"matchExpressions":null}}}}}'`,
  )
  const pods = { namespaceSelector: {}, podSelector: { matchLabels: { tier: 'database' } } }
  assert.equal(
    found([], [clusterPolicy('web', { ...denied({ nodes: {} }), subject: { pods } })])[2],
    'kubectl get pods -A --show-labels',
  )
  const either = { matchExpressions: [{ key: 'app', operator: 'In', values: ['wbe', 'wex'] }] }
  assert.match(found([policy('web', { podSelector: either })])[1]!, /^look/, 'which of two was meant nobody can tell')
})

test('a policy whose pods are in another namespace is told where they are; one that waits for pods of its own is not', () => {
  const pods = [
    pod('client', 1, 9, { labels: { app: 'client' } }),
    pod('db', 1, 12, { namespace: 'prod', labels: { app: 'db' } }),
  ]
  const given = (of: string) =>
    found([policy('db', { podSelector: app('db') }, of)], [], {
      pods,
      slices: [],
      namespaces: ['default', 'prod', 'next'],
    })
  assert.deepEqual(given('default'), [
    'why   NetworkPolicy default/db selects no pod: spec.podSelector wants app=db [policy-selects-nothing]',
    'there are such pods in namespace prod, and a policy is one of its namespace, default: write theirs in its metadata, and delete this one',
    'look  the labels of the pods there:',
    'kubectl get pods -A -l app=db --show-labels',
    ONE,
  ])
  assert.deepEqual(given('next'), NOTHING, 'it has no pods yet')
  const empty = { pods: pods.slice(1), slices: [], namespaces: ['default', 'prod'] }
  assert.match(
    found([policy('db', { podSelector: app('db') })], [], empty)[1]!,
    /in namespace prod/,
    'in which all lands',
  )
})

test('a policy whose namespaces are none is told; one that waits for pods is not', () => {
  const none = (subject: object) => clusterPolicy('web', { ...denied({ nodes: {} }), subject })
  const show = ['look  the namespaces and their labels:', 'kubectl get namespaces --show-labels', ONE]
  assert.deepEqual(found([], [none({ namespaces: { matchLabels: { team: 'none' } } })]), [
    'why   ClusterNetworkPolicy web selects no namespace: spec.subject.namespaces wants team=none [policy-selects-nothing]',
    ...show,
  ])
  assert.match(
    found([], [none({ pods: { ...team('none'), podSelector: {} } })])[0]!,
    /: spec\.subject\.pods\.namespaceSelector wants team=none/,
  )
  assert.match(
    found([], [none({ pods: { ...team('none'), podSelector: app('web') } })])[0]!,
    /spec\.subject\.pods\.namespaceSelector wants team=none/,
  )
  assert.deepEqual(
    found([policy('later', { ingress: [{}] }, 'kube-system')]),
    NOTHING,
    'all pods, of which there is none',
  )
  assert.deepEqual(found([policy('later', { podSelector: app('wbe') }, 'kube-system')]), NOTHING, 'it has no pods yet')
  const replicaSets = [
    { metadata: { name: 'wbe', namespace: 'default' }, spec: { template: { metadata: { labels: { app: 'wbe' } } } } },
  ] as unknown as NonNullable<ClusterFacts['replicaSets']>
  assert.deepEqual(
    found([policy('later', { podSelector: app('wbe') })], [], { replicaSets }),
    NOTHING,
    'scaled to none',
  )
})

test('a policy that selects pods of their nodes’ network alone is told so, but for such as are over', () => {
  const agent = (more: object = {}) =>
    pod('agent', 1, 30, { labels: { app: 'agent' }, spec: { hostNetwork: true }, ...more })
  const of = (one: ReturnType<typeof pod>) =>
    found([policy('agent', { podSelector: app('agent') })], [], { pods: [pod('web-1', 1, 11), one] })
  assert.deepEqual(of(agent()), [
    'why   NetworkPolicy default/agent reaches nobody: all that it selects live in the network of their node (hostNetwork), where policies do not apply [policy-selects-host-network]',
    'pod default/agent',
    'look  the policy:',
    'kubectl get networkpolicy agent -n default -o yaml',
    ONE,
  ])
  assert.match(of(agent({ status: { phase: 'Succeeded' } }))[0]!, /policy-selects-nothing/)
  assert.deepEqual(of(agent({ spec: {} })), NOTHING)
})

test('of one namespace its policies are looked at, its Services, and policies of the cluster that reach its pods', () => {
  const wrong = policy('wrong', { podSelector: app('wbe') })
  const closed = policy('deny', { podSelector: app('web') })
  const cluster = clusterPolicy('odd', { ingress: [{ action: 'Deny', from: [{}] }] })
  const of = (namespace: string) => told(withPolicies([wrong, closed], [cluster], shop), namespace)
  assert.deepEqual(
    of('default').flatMap((line) => /\[([a-z-]+)\]$/.exec(line)?.[1] ?? []),
    ['policy-unreadable', 'policy-selects-nothing', 'service-closed'],
  )
  assert.deepEqual(of('kube-system'), ['nothing found in 0 policies'])
})

test('commands find the cluster that was asked, and where policies cannot be seen that is told', () => {
  const given = withPolicies([policy('web', { podSelector: app('wbe') })], [], shop)
  const { findings } = checkPolicies(given, undefined, { fairlead: [], kubectl: ['--context', 'lab'] })
  assert.deepEqual(findings[0]?.cures[0]?.argv.slice(0, 4), ['kubectl', '--context', 'lab', 'patch'])
  const { policies: _, ...unseen } = given
  assert.deepEqual(told({ ...unseen, unseen: [{ code: 'listeners-and-kernels' }] }), [
    'nothing found in 0 policies',
    'NOT SEEN from here',
    'what programs listen on, and what the nodes’ kernels hold',
  ])
})
