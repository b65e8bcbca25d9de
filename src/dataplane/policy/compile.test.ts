import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCidr } from '#net/cidr.ts'
import type { Verdict } from '#policy/verdicts.ts'
import { renderElements } from '../nftables/render.ts'
import { compileAddress, compileNetworks, compilePod } from './compile.ts'
import { POLICY_RULESET } from './ruleset.ts'

const verdict = (identity: number, passes: boolean, ...ports: readonly [] | readonly ['TCP' | 'UDP', number, number]) =>
  ({
    identity,
    passes,
    ports: ports.length === 0 ? undefined : { protocol: ports[0], first: ports[1], last: ports[2] },
  }) as const satisfies Verdict
const text = (elements: Parameters<typeof renderElements>[1]) =>
  renderElements('add', elements, POLICY_RULESET).trimEnd().split('\n')
const POD = { addresses: [{ text: '10.244.1.2' }, { text: 'fd00::2' }] }

test('a pod that no policy is about has no element', () => {
  assert.deepEqual(compilePod({ ...POD, ingress: undefined, egress: undefined }), [])
  const none = { IPv4: [], IPv6: [] }
  assert.deepEqual(compilePod({ addresses: [], ingress: none, egress: none }), [])
})

test('one that is isolated is policed at each of its addresses, in the directions that policies are about', () => {
  const none = { IPv4: [], IPv6: [] }
  assert.deepEqual(text(compilePod({ ...POD, ingress: none, egress: undefined })), [
    'add element ip fairlead-policy policed { 10.244.1.2 }',
    'add element ip fairlead-policy selves { 10.244.1.2 . 10.244.1.2 }',
    'add element ip fairlead-policy policed-ingress { 10.244.1.2 }',
    'add element ip6 fairlead-policy policed { fd00::2 }',
    'add element ip6 fairlead-policy selves { fd00::2 . fd00::2 }',
    'add element ip6 fairlead-policy policed-ingress { fd00::2 }',
  ])
  assert.deepEqual(
    compilePod({ ...POD, ingress: undefined, egress: none }).map(({ set }) => set),
    ['policed', 'selves', 'policed-egress', 'policed', 'selves', 'policed-egress'],
  )
})

test('a verdict is an element: of one port, of a range of them, or of the rest; each family has its own', () => {
  const ingress = {
    IPv4: [
      verdict(0, true, 'TCP', 80, 80),
      verdict(7, true, 'UDP', 53, 54),
      verdict(7, false, 'TCP', 0, 65535),
      verdict(8, false),
    ],
    IPv6: [verdict(9, true)],
  }
  const rest = ['policed', 'selves', 'policed-ingress', 'policed-egress']
  const elements = compilePod({ ...POD, ingress, egress: { IPv4: [verdict(7, true, 'TCP', 443, 443)], IPv6: [] } })
  assert.deepEqual(text(elements.filter(({ set }) => !rest.includes(set))), [
    'add element ip fairlead-policy ingress-port { 10.244.1.2 . 0x0 . tcp . 80 : return }',
    'add element ip fairlead-policy ingress-ports { 10.244.1.2 . 0x7 . udp . 53-54 : return, 10.244.1.2 . 0x7 . tcp . 0-65535 : drop }',
    'add element ip fairlead-policy ingress-rest { 10.244.1.2 . 0x8 : drop }',
    'add element ip fairlead-policy egress-port { 10.244.1.2 . 0x7 . tcp . 443 : return }',
    'add element ip6 fairlead-policy ingress-rest { fd00::2 . 0x9 : return }',
  ])
})

test('addresses of pods and nodes lead to their identity, where they have one, and networks to that of theirs', () => {
  assert.deepEqual(compileAddress('10.244.1.2', undefined), [])
  assert.deepEqual(text([...compileAddress('10.244.1.2', 7), ...compileAddress('fd00::2', 0xffffffff)]), [
    'add element ip fairlead-policy identities { 10.244.1.2 : 0x7 }',
    'add element ip6 fairlead-policy identities { fd00::2 : 0xffffffff }',
  ])
  assert.deepEqual(
    text(
      compileNetworks([
        { family: 'IPv4', network: parseCidr('192.0.2.0/24'), number: 8 },
        { family: 'IPv6', network: parseCidr('::/0'), number: 9 },
      ]),
    ),
    [
      'add element ip fairlead-policy cells { 192.0.2.0/24 : 0x8 }',
      'add element ip6 fairlead-policy cells { ::/0 : 0x9 }',
    ],
  )
})
