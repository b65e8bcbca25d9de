import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Element } from '#dataplane/nftables/rule.ts'
import { compileNetworks } from '#dataplane/policy/compile.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'
import { createNetworkNamespace, deleteNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { Cells, networksOf } from '#policy/cells.ts'
import { blockPeer } from '#policy/peer.ts'
import { PolicyWriter } from '#reconciler/policy/policy-writer.ts'
import { haveElements } from '#reconciler/tables/read-set.ts'

const NAME = 'fl-ranges'
const CELLS = POLICY_RULESET.sets.definitions.filter(({ name }) => name === 'cells')
let nftables: Nftables

/** Ranges as policies have them, many of them side by side: cut wherever a block begins or ends. */
const cellsOf = (family: IpFamily, blocks: readonly string[], from: number): readonly Element[] => {
  const { all } = new Cells(
    family,
    blocks.map((cidr) => blockPeer(cidr) as Extract<ReturnType<typeof blockPeer>, { kind: 'block' }>),
  )
  return compileNetworks(
    all.flatMap(({ first, last }, index) =>
      [...networksOf(family, first, last)].map((network) => ({ family, network, number: from + index })),
    ),
  )
}

before(() => {
  createNetworkNamespace(NAME)
  nftables = openNftables(namespacePath(NAME))
  const writer = new PolicyWriter(nftables)
  writer.adopt()
  // The tables come with their first element.
  assert.deepEqual(writer.write([{ key: 'cells', elements: cellsOf('IPv4', ['192.0.2.0/24'], 1) }]).refused, [])
})
after(() => {
  nftables?.close()
  deleteNamespace(namespacePath(NAME))
})

const ipv4 = fc
  .tuple(fc.constantFrom(0, 10, 127, 128, 255), fc.nat(255), fc.constantFrom(0, 255, 7), fc.nat(32))
  .map(([a, b, c, prefix]) => `${a}.${b}.${c}.${b}/${prefix}`)
const ipv6 = fc
  .tuple(fc.constantFrom('::', 'fd00::', 'ffff:ffff::', 'fd00:10:244::', '8000::1'), fc.nat(128))
  .map(([address, prefix]) => `${address}/${prefix}`)
const wish = fc.record({
  ipv4: fc.array(ipv4, { maxLength: 6 }),
  ipv6: fc.array(ipv6, { maxLength: 6 }),
  from: fc.integer({ min: 1, max: 3 }),
})

test('ranges of addresses are written in the kernel’s own bytes, and are changed to any others in one transaction', () => {
  let written = 0
  fc.assert(
    fc.property(fc.array(wish, { minLength: 2, maxLength: 6 }), (wishes) => {
      const writer = new PolicyWriter(nftables)
      writer.adopt()
      for (const { ipv4, ipv6, from } of wishes) {
        const elements = [...cellsOf('IPv4', ipv4, from), ...cellsOf('IPv6', ipv6, from)]
        const before = nftables.generation()
        assert.deepEqual(writer.write([{ key: 'cells', elements }]).refused, [])
        assert.ok(nftables.generation() - before <= 1, 'more than one transaction')
        assert.ok(haveElements({ nftables, ruleset: POLICY_RULESET }, CELLS, elements), JSON.stringify(elements))
        written += elements.length
      }
    }),
    { numRuns: 60, seed: 7 },
  )
  assert.ok(written > 1000, `${written} ranges were written`)
})
