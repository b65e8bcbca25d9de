import { readNetworkPolicy } from '#policy/read-network-policy.ts'
import { NodePolicy } from '#policy/node-policy.ts'
import { heldAddress } from '#policy/peer.ts'
const time = (what: string, f: () => void) => { const a = performance.now(); f(); console.log(what, Math.round(performance.now() - a), 'ms', Math.round(process.memoryUsage().heapUsed / 1e6), 'MB') }
const pods = Number(process.argv[3] ?? 1)
const run = (what: string, spec: object) => {
  console.log('==', what, JSON.stringify(spec).length, 'bytes')
  const changed = new Set<string>()
  const node = new NodePolicy('n', (c) => changed.add(c))
  node.setNamespace('d', {})
  for (let i = 0; i < pods; i++) node.setPod({ namespace: 'd', name: `p${i}`, labels: {a:`v${i}`}, addresses: [heldAddress(`10.1.0.${i}`)!], ports: [], node: 'n', since: 0 })
  let p: any
  time('read', () => { p = readNetworkPolicy({ metadata: { name: 'x', namespace: 'd' }, spec: { podSelector: {}, policyTypes: ['Ingress'], ...spec } } as never) })
  time('set', () => node.setPolicy(p))
  let n = 0
  time('verdicts', () => { n = node.verdicts('d/p0', 'ingress')!.IPv4.length })
  time('networks', () => { n += [...node.networks()].length })
  console.log(n, node.identities)
}
const N = Number(process.argv[2] ?? 2000)
const range = (f: (i: number) => object) => Array.from({ length: N }, (_, i) => f(i))
run('ports in one rule', { ingress: [{ ports: range((i) => ({ port: 2 * i + 1 })) }] })
run('rules each a port', { ingress: range((i) => ({ ports: [{ port: 2 * i + 1 }] })) })
run('rules each a port and the same peer', { ingress: range((i) => ({ from: [{ podSelector: {} }], ports: [{ port: 2 * i + 1 }] })) })
run('peers of labels', { ingress: [{ from: range((i) => ({ podSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: [`x${i}`] }] } })) }] })
run('rules of labels', { ingress: range((i) => ({ from: [{ podSelector: { matchExpressions: [{ key: 'a', operator: 'NotIn', values: [`x${i}`] }] } }] })) })
run('blocks apart', { ingress: [{ from: range((i) => ({ ipBlock: { cidr: `10.${(i >> 8) & 255}.${i & 255}.0/25` } })) }] })
run('one block many excepts', { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: Array.from({ length: N }, (_, i) => `10.${(i >> 8) & 255}.${i & 255}.0/32`) } }] }] })
run('blocks that overlap', { ingress: [{ from: range((i) => ({ ipBlock: { cidr: '10.0.0.0/8', except: [`10.${(i >> 8) & 255}.${i & 255}.0/32`] } })) }] })
