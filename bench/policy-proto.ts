import { openNftables } from '#kernel/nftables/libnftables.ts'
import { NodePolicy, type PolicyChange } from '#policy/node-policy.ts'
import { heldAddress } from '#policy/peer.ts'
import { readNetworkPolicy } from '#policy/read-network-policy.ts'
import { PolicyTarget } from '#reconciler/policy/policy-target.ts'
import { PolicyWriter } from '#reconciler/policy/policy-writer.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'

const PODS = 10_000,
  NAMESPACES = 100,
  LOCAL = 110,
  POLICIES = 1000
const nft = openNftables()
const writer = new PolicyWriter(nft)
const all = new Set<PolicyChange>()
let loop: TargetLoop<PolicyChange> | undefined
const node = new NodePolicy('here', (change) => {
  all.add(change)
  loop?.changed([change])
})
const target = new PolicyTarget(writer, node, { all: () => all, forgotten: () => {}, less: () => {} })
const tiers = ['web', 'api', 'db', 'cache', 'job']
const pod = (i: number, more: object = {}) => ({
  namespace: `ns-${i % NAMESPACES}`,
  name: `pod-${i}`,
  labels: {
    app: `app-${Math.floor(i / NAMESPACES) % 10}`,
    tier: tiers[Math.floor(i / NAMESPACES) % 5]!,
    'pod-template-hash': `h${i % 997}`,
  },
  addresses: [heldAddress(`10.${240 + (i >> 14)}.${(i >> 6) & 255}.${(i & 63) + 1}`)!],
  since: i,
  ports: [{ name: 'http', protocol: 'TCP' as const, port: 8080 }],
  node: i < LOCAL ? 'here' : 'there',
  ...more,
})
const policy = (i: number, port = 80) =>
  readNetworkPolicy({
    metadata: { namespace: `ns-${i % NAMESPACES}`, name: `policy-${i}` },
    spec: {
      podSelector: { matchLabels: { app: `app-${Math.floor(i / NAMESPACES) % 10}` } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        {
          from: [
            { podSelector: { matchLabels: { tier: tiers[i % 5]! } } },
            { namespaceSelector: { matchLabels: { team: `team-${i % 10}` } } },
          ],
          ports: [
            { protocol: 'TCP', port },
            { protocol: 'TCP', port: 8000, endPort: 8100 },
          ],
        },
        {
          from: [{ ipBlock: { cidr: '192.168.0.0/16', except: [`192.168.${i % 250}.0/24`] } }],
          ports: [{ protocol: 'TCP', port: 443 }],
        },
      ],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
        { to: [{ podSelector: {} }] },
      ],
    },
  } as never)
const t0 = performance.now()
for (let n = 0; n < NAMESPACES; n++)
  node.setNamespace(`ns-${n}`, { team: `team-${n % 10}`, 'kubernetes.io/metadata.name': `ns-${n}` })
for (let i = 0; i < PODS; i++) node.setPod(pod(i))
const t1 = performance.now()
node.together(() => {
  for (let i = 0; i < POLICIES; i++) node.setPolicy(policy(i))
})
const t2 = performance.now()
loop = new TargetLoop({
  target,
  onRefusal: (r) => console.log('REFUSED', r.key, r.error.message),
  onFault: (e) => console.log('FAULT', e),
})
loop.changed(all)
loop.flush()
const t3 = performance.now()
console.log({
  pods: t1 - t0,
  policies: t2 - t1,
  write: t3 - t2,
  cold: t3 - t0,
  elements: writer.elements,
  identities: node.identities,
  rss: process.memoryUsage().rss / 1e6,
})
const p50 = (x: number[]) => x.sort((a, b) => a - b)[x.length >> 1]
const times: number[] = []
for (let k = 0; k < 300; k++) {
  const i = LOCAL + k * 7
  const t = performance.now()
  node.setPod(pod(i, { labels: { app: `app-${k % 10}`, tier: tiers[k % 5]! } }))
  loop.flush()
  times.push(performance.now() - t)
}
const again: number[] = []
for (let k = 0; k < 200; k++) {
  const t = performance.now()
  node.setPolicy(policy((k * 3) % POLICIES, 81 + k))
  loop.flush()
  again.push(performance.now() - t)
}
const fresh: number[] = []
for (let k = 0; k < 100; k++) {
  const t = performance.now()
  node.setPod(pod(20_000 + k, {}))
  loop.flush()
  node.removePod(`ns-${(20_000 + k) % NAMESPACES}`, `pod-${20_000 + k}`)
  loop.flush()
  fresh.push((performance.now() - t) / 2)
}
console.log({
  pod: p50(times),
  policy: p50(again),
  comeAndGo: p50(fresh),
  elements: writer.elements,
  rss: process.memoryUsage().rss / 1e6,
})
const t4 = performance.now()
writer.adopt()
console.log('adopt', performance.now() - t4, 'intact', writer.audit())
nft.close()
loop.stop()
