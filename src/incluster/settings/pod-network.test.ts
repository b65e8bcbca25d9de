import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'

const read = (podNetwork: unknown) => readSettings(JSON.stringify({ clusterDomain: 'x.y', podNetwork })).podNetwork

test('what is said of the pod network is read as it was written; nothing said is nothing there', () => {
  const all = {
    mode: 'vxlan',
    mtu: 8951,
    vxlanId: 7,
    vxlanPort: 4789,
    masquerade: false,
    masqueradeIpv6: 'never',
    nonMasqueradeCidrs: ['10.0.0.0/8', 'fd00::/8'],
  }
  assert.deepEqual(read(all), all)
  assert.deepEqual(read({}), {})
  assert.equal(Object.hasOwn(readSettings('{"clusterDomain":"x.y"}'), 'podNetwork'), false)
})

test('what cannot be meant is refused with its field, its value, and what it has to be', () => {
  for (const [change, message] of [
    [[], /settings: podNetwork is no JSON object/],
    [{ mode: 'geneve' }, /podNetwork\.mode is "geneve", and has to be auto, routed, vxlan/],
    [{ mtu: 1200 }, /podNetwork\.mtu is 1200, and has to be a number from 1280 to 65535/],
    [{ mtu: '1400' }, /podNetwork\.mtu is "1400"/],
    [{ vxlanId: 16777216 }, /podNetwork\.vxlanId is 16777216, and has to be a number from 1 to 16777215/],
    [{ vxlanPort: 0 }, /podNetwork\.vxlanPort is 0/],
    [{ masquerade: 'yes' }, /podNetwork\.masquerade is "yes", and has to be true or false/],
    [{ masqueradeIpv6: 'auto ' }, /podNetwork\.masqueradeIpv6 is "auto ", and has to be auto, always, never/],
    [{ nonMasqueradeCidrs: ['10.0.0.1/8'] }, /nonMasqueradeCidrs\[0\] is "10\.0\.0\.1\/8", and has to be a range/],
    [{ toString: 1 }, /podNetwork\.toString is not known; fields are mode, mtu, /],
  ] as const)
    assert.throws(() => read(change), { code: 'SETTINGS_INVALID', message })
})
