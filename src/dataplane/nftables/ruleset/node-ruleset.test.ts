import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBase, renderKinds } from '../render.ts'
import type { Kind } from './kinds.ts'

/**
 * What every node's kernel holds, as nft reads it in IPv4. Who changes a rule changes it here too, and tells why: a start
 * over tables of other rules replaces them. `pick-N` stands for the chains of 1 to 16.
 */
const TABLE = `
table ip fairlead {
 set pod-cidrs { typeof ip saddr; flags interval; }
 set service-cidrs { typeof ip daddr; flags interval; }
 set balanced-cidrs { typeof ip daddr; flags interval; }
 set virtual-cidrs { typeof ip daddr; flags interval; }
 map own-pods { typeof ip daddr : ip saddr; flags interval; }
 set nodeport-ips { typeof ip daddr; }
 set cluster-ips { typeof ip daddr; }
 map frontends { typeof ip daddr . meta l4proto . th dport : meta priority; }
 map nodeports { typeof meta l4proto . th dport : meta priority; }
 map frontends-local { typeof ip daddr . meta l4proto . th dport : meta priority; }
 map nodeports-local { typeof meta l4proto . th dport : meta priority; }
 set restricted { typeof ip daddr . meta l4proto . th dport; }
 set allowed { typeof ip daddr . meta l4proto . th dport . ip saddr; flags interval; }
 map kinds { typeof meta priority : verdict; }
 map backends { typeof meta priority . numgen random mod 2 : ip daddr . th dport; }
 map slots { typeof meta priority . numgen random mod 2 : meta priority; }
 map endpoints { typeof meta priority : ip daddr . th dport; }
 set cluster-endpoints { typeof meta priority; }
 set local-endpoints { typeof meta priority; }
 set hairpin { typeof ip saddr . ip daddr; }
 map affinity { typeof meta priority . ip saddr : meta priority; flags dynamic,timeout; size 1048576; timeout 3h; }
 set stamp { typeof meta priority; }
 chain own-source {
  type filter hook prerouting priority -300;
  ip saddr 0.0.0.0 iifname "fl-*" drop
  iifname "fl-*" fib saddr . iif oif missing drop
 }
 chain reject-it {
  meta l4proto tcp reject with tcp reset
  reject with icmp type port-unreachable
 }
 chain to-endpoint {
  meta l4proto { tcp, udp, sctp } dnat ip to meta priority map @endpoints
  drop
 }
 chain pick-N {
  meta l4proto { tcp, udp, sctp } dnat ip to meta priority & 0x7ffff000 . numgen random mod N map @backends
  meta l4proto { tcp, udp, sctp } dnat ip to meta priority & 0x7ffff000 . numgen random mod 1 map @backends
  meta priority & 0x1000 != 0 drop
  goto reject-it
 }
 chain no-frontend {
  ip daddr @cluster-ips goto reject-it
  ip daddr @service-cidrs drop
  iifname "eth0" ip daddr @balanced-cidrs goto reject-it
 }
 chain guard {
  ip daddr . meta l4proto . th dport @restricted ip daddr . meta l4proto . th dport . ip saddr != @allowed drop
 }
 chain particular {
  jump guard
  ip saddr @pod-cidrs return
  ip daddr @nodeport-ips ip daddr . meta l4proto . th dport != @frontends meta priority set meta l4proto . th dport map @nodeports-local
  meta priority set ip daddr . meta l4proto . th dport map @frontends-local
 }
 chain from-link {
  meta priority & 0x80000000 != 0 jump particular
  meta priority & 0xfff vmap @kinds
  drop
 }
 chain from-node {
  meta priority & 0x80000000 != 0 jump guard
  meta priority & 0xfff vmap @kinds
  drop
 }
 chain nat-prerouting {
  type nat hook prerouting priority -100;
  meta priority set ip daddr . meta l4proto . th dport map @frontends goto from-link
  ip daddr @nodeport-ips meta priority set meta l4proto . th dport map @nodeports goto from-link
  goto no-frontend
 }
 chain nat-output {
  type nat hook output priority -100;
  meta priority set ip daddr . meta l4proto . th dport map @frontends goto from-node
  ip daddr @nodeport-ips meta priority set meta l4proto . th dport map @nodeports goto from-node
  goto no-frontend
 }
 chain masquerade-it {
  snat ip to ip daddr map @own-pods fully-random
  masquerade fully-random
 }
 chain hairpin-source {
  ip saddr . ip daddr @hairpin goto masquerade-it
 }
 chain keep-source {
  fib saddr type local goto masquerade-it
  ip saddr @pod-cidrs ip saddr != @own-pods ip daddr != @own-pods goto masquerade-it
  goto hairpin-source
 }
 chain frontend-source {
  meta priority & 0x80000000 != 0 meta l4proto { tcp, udp, sctp } ct original ip daddr . meta l4proto . ct original proto-dst @frontends-local goto keep-source
  goto masquerade-it
 }
 chain node-port-source {
  meta priority & 0x80000000 != 0 meta l4proto { tcp, udp, sctp } meta l4proto . ct original proto-dst @nodeports-local goto keep-source
  goto masquerade-it
 }
 chain source {
  ct original ip daddr @nodeport-ips meta l4proto { tcp, udp, sctp } ct original ip daddr . meta l4proto . ct original proto-dst != @frontends meta priority set meta l4proto . ct original proto-dst map @nodeports goto node-port-source
  ct original ip daddr @cluster-ips ip saddr @pod-cidrs goto hairpin-source
  meta l4proto { tcp, udp, sctp } meta priority set ct original ip daddr . meta l4proto . ct original proto-dst map @frontends goto frontend-source
 }
 chain nat-postrouting {
  type nat hook postrouting priority 100;
  ct status dnat jump source
 }
 chain filter-forward {
  type filter hook forward priority 0;
  ct state invalid ip daddr @virtual-cidrs drop
 }
}
`

/** The chains of kinds of each sort, as they are added when one is first met. */
const KINDS: readonly (readonly [kind: Kind, chains: string])[] = [
  [
    { kind: 'pick', count: 17, local: false },
    `
 chain pick-17 {
  meta priority set meta priority & 0x7fffe000
  meta priority set meta priority . numgen random mod 17 map @slots
  meta priority @endpoints goto to-endpoint
  meta priority set meta priority & 0x7fffe000
  meta priority set meta priority . numgen random mod 1 map @slots
  meta priority @endpoints goto to-endpoint
  goto reject-it
 }
`,
  ],
  [
    { kind: 'pick', count: 17, local: true },
    `
 chain local-pick-17 {
  meta priority set meta priority & 0x7fffe000 | 0x1000
  meta priority set meta priority . numgen random mod 17 map @slots
  meta priority @endpoints goto to-endpoint
  meta priority set meta priority & 0x7fffe000 | 0x1000
  meta priority set meta priority . numgen random mod 1 map @slots
  meta priority @endpoints goto to-endpoint
  drop
 }
`,
  ],
  [
    { kind: 'sticky', count: 3, seconds: 60, local: false },
    `
 chain stick-60 {
  update @affinity { meta priority & 0x7fffe000 . ip saddr timeout 60s : meta priority }
  goto to-endpoint
 }
 chain sticky-3-60 {
  meta priority set meta priority & 0x7fffe000
  meta priority set meta priority . ip saddr map @affinity
  meta priority @cluster-endpoints goto stick-60
  delete @affinity { meta priority & 0x7fffe000 . ip saddr : meta priority }
  meta priority set meta priority & 0x7fffe000
  meta priority set meta priority . numgen random mod 3 map @slots
  meta priority @cluster-endpoints goto stick-60
  meta priority set meta priority & 0x7fffe000
  meta priority set meta priority . numgen random mod 1 map @slots
  meta priority @cluster-endpoints goto stick-60
  goto reject-it
 }
`,
  ],
  [
    { kind: 'sticky', count: 3, seconds: 60, local: true },
    `
 chain stick-60 {
  update @affinity { meta priority & 0x7fffe000 . ip saddr timeout 60s : meta priority }
  goto to-endpoint
 }
 chain local-sticky-3-60 {
  meta priority set meta priority & 0x7fffe000
  meta priority set meta priority . ip saddr map @affinity
  meta priority @local-endpoints goto stick-60
  delete @affinity { meta priority & 0x7fffe000 . ip saddr : meta priority }
  meta priority set meta priority & 0x7fffe000 | 0x1000
  meta priority set meta priority . numgen random mod 3 map @slots
  meta priority @local-endpoints goto stick-60
  meta priority set meta priority & 0x7fffe000 | 0x1000
  meta priority set meta priority . numgen random mod 1 map @slots
  meta priority @local-endpoints goto stick-60
  drop
 }
`,
  ],
]

const PICK = / chain pick-N \{\n(?: {2}.*\n)* \}\n/

/** A chain for each number of endpoints. */
const withPicks = (text: string): string =>
  text.replace(PICK, (chain) =>
    Array.from({ length: 16 }, (_, index) => chain.replaceAll(/\bN\b/g, `${index + 1}`)).join(''),
  )

/** What IPv6 has otherwise: its addresses, its ICMP, and a client's hash where its address is too long for a key. */
const inIpv6 = (text: string): string =>
  text
    .replace(/^ map affinity .*$/gm, (map) => map.replace('ip saddr', 'numgen random mod 2'))
    .replace(/@affinity \{ .*$/gm, (pin) => pin.replace('ip saddr', HASH))
    .replace(/ip saddr map @affinity/g, `${HASH} map @affinity`)
    .replace(/0\.0\.0\.0/g, '::')
    .replace(/\bip\b/g, 'ip6')
    .replace(/\bicmp\b/g, 'icmpv6')
const HASH = 'jhash ip6 saddr mod 4294967295 seed 0x5eed'

test('every node’s tables are these, in both families', () => {
  const table = withPicks(TABLE.trimStart())
  assert.deepEqual(renderBase().split('\n'), `${table}${inIpv6(table)}`.split('\n'))
})

test('the chains of a kind are these, in both families, and none of them translates: nft 1.0.6 cannot add such a rule later', () => {
  for (const [kind, chains] of KINDS)
    for (const [family, inFamily] of [
      ['ip', (text: string) => text],
      ['ip6', inIpv6],
    ] as const) {
      const text = renderKinds([{ family, number: 1, kind }], new Set())
      assert.deepEqual(
        text.split('\n').filter((line) => line.startsWith(' ')),
        inFamily(chains).split('\n').filter(Boolean),
      )
      assert.doesNotMatch(text, /dnat/)
    }
})
