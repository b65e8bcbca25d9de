import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBase, renderKinds } from '../nftables/render.ts'
import { balancerRuleset } from './ruleset.ts'

/** What the fabric of three nodes holds, as nft reads it in IPv4. */
const TABLE = `
table ip fairlead {
 set service-cidrs { typeof ip daddr; flags interval; }
 set balanced-cidrs { typeof ip daddr; flags interval; }
 set nodes { typeof ct mark; }
 set balanced { typeof ip daddr; }
 map frontends { typeof ip daddr . meta l4proto . th dport : meta priority; }
 map owners { typeof ip daddr . meta l4proto . th dport : meta mark; }
 map kinds { typeof meta priority : verdict; }
 map slots { typeof meta priority . numgen random mod 2 : ct mark; }
 set members { typeof meta priority . ct mark; }
 set keepers { typeof meta priority . ct mark; }
 map affinity { typeof meta mark . ip saddr : ct mark; flags dynamic,timeout; size 1048576; timeout 3h; }
 set stamp { typeof meta priority; }
 chain reject-it {
  meta l4proto tcp reject with tcp reset
  reject with icmp type port-unreachable
 }
 chain to-node {
  meta mark set ct mark accept
 }
 chain known {
  meta priority & 0xfffff000 . ct mark @keepers goto to-node
  meta priority & 0xfff vmap @kinds
  drop
 }
 chain track {
  type filter hook prerouting priority -300;
  ip daddr @balanced-cidrs accept
  ip saddr @balanced-cidrs accept
  notrack
 }
 chain balance {
  type filter hook prerouting priority -150;
  ip daddr @service-cidrs meta mark set jhash ip saddr . ip daddr mod 3 seed 0x5eed offset 1 accept
  ip daddr != @balanced-cidrs accept
  ct state established,related meta l4proto != udp ct mark @nodes goto to-node
  ct state invalid drop
  meta l4proto { tcp, udp, sctp } meta priority set ip daddr . meta l4proto . th dport map @frontends goto known
  ip daddr @balanced goto reject-it
 }
}
`

/** Those that are added when kinds are first met: of two nodes, and of three for a client that stays for a minute. */
const KINDS = `
 chain pick-2 {
  ct mark set meta priority & 0xfffff000 . numgen random mod 2 map @slots goto to-node
  ct mark set meta priority & 0xfffff000 . numgen random mod 1 map @slots goto to-node
  drop
 }
 chain stick-60 {
  update @affinity { meta mark . ip saddr timeout 60s : ct mark } meta mark set ct mark accept
 }
 chain sticky-3-60 {
  meta mark set ip daddr . meta l4proto . th dport map @owners
  ct mark set meta mark . ip saddr map @affinity meta priority & 0xfffff000 . ct mark @members goto stick-60
  delete @affinity { meta mark . ip saddr : ct mark }
  ct mark set meta priority & 0xfffff000 . numgen random mod 3 map @slots goto stick-60
  ct mark set meta priority & 0xfffff000 . numgen random mod 1 map @slots goto stick-60
  drop
 }
`

test('the fabric’s tables are these, in both families', () => {
  const inIpv6 = TABLE.trimStart()
    .replace('meta mark . ip saddr', 'meta mark . numgen random mod 2')
    .replaceAll(/\bip\b/g, 'ip6')
    .replaceAll('icmp ', 'icmpv6 ')
  assert.deepEqual(renderBase(balancerRuleset(3)).split('\n'), `${TABLE.trimStart()}${inIpv6}`.split('\n'))
})

test('the chains of a kind are these; what is refused or dropped needs none', () => {
  const text = renderKinds(
    [
      { family: 'ip', number: 1, kind: { kind: 'pick', count: 2, local: false } },
      { family: 'ip', number: 2, kind: { kind: 'sticky', count: 3, seconds: 60, local: false } },
      { family: 'ip', number: 3, kind: { kind: 'drop' } },
      { family: 'ip', number: 4, kind: { kind: 'reject' } },
    ],
    new Set(),
    balancerRuleset(3),
  )
  assert.deepEqual(
    text.split('\n').filter((line) => line.startsWith(' ')),
    KINDS.split('\n').filter(Boolean),
  )
})

test('Services write all but what is constant, what kinds lead to and what packets note; nothing of it needs text', () => {
  const { sets } = balancerRuleset(3)
  assert.deepEqual(
    sets.ownedBy('services').map(({ name }) => name),
    ['nodes', 'balanced', 'frontends', 'owners', 'slots', 'members', 'keepers'],
  )
  for (const { name } of sets.ownedBy('services')) assert.equal(sets.layout('ip6', name).onlyText, false, name)
  assert.deepEqual(
    sets.ownedBy('rules', 'node', 'kinds', 'packets').map(({ name }) => name),
    ['service-cidrs', 'balanced-cidrs', 'kinds', 'affinity', 'stamp'],
  )
})
