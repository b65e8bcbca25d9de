import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderBase, renderElements } from '../nftables/render.ts'
import { EGRESS_RULESET, egressElements } from './ruleset.ts'

const TABLE = `table ip fairlead-egress {
 set own-pods { typeof ip saddr; flags interval; }
 set inside { typeof ip daddr; flags interval; }
 set nodes { typeof ip daddr; }
 set stamp { typeof meta priority; }
 chain masquerade-outside {
  type nat hook postrouting priority 110;
  ip saddr @own-pods ip daddr != @inside ip daddr != @nodes masquerade fully-random
 }
}
`

test('the table of masquerade is this, in both families, behind those of Services', () => {
  const inIpv6 = TABLE.replaceAll(/\bip\b/g, 'ip6')
  assert.equal(renderBase(EGRESS_RULESET), `${TABLE}${inIpv6}`)
})

test('an element is of the family that its address is of', () => {
  assert.equal(
    renderElements('add', egressElements('inside', ['10.244.0.0/16', 'fd00::/8']), EGRESS_RULESET),
    'add element ip fairlead-egress inside { 10.244.0.0/16 }\nadd element ip6 fairlead-egress inside { fd00::/8 }\n',
  )
})
