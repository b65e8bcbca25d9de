import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BgpPeer } from '#pools/model.ts'
import { readBalancing } from '#pools/reading/read-balancing.ts'
import type { Password } from './peer-passwords.ts'
import { spokenPeers } from './spoken-peers.ts'

const USUAL = { myASN: 64512, peerASN: 64513, peerAddress: '10.0.0.2' }

const read = (...specs: readonly object[]): readonly BgpPeer[] => {
  const objects = specs.map((spec, index) => ({ metadata: { name: `p${index}` }, spec }))
  const none = { ipAddressPools: [], l2Advertisements: [], bgpAdvertisements: [], communities: [], bfdProfiles: [] }
  const { peers } = readBalancing({ loadBalancerPools: [], bgpPeers: objects, metallb: { ...none, bgpPeers: [] } })
  assert.equal(peers.length, specs.length)
  return peers
}

const speak = (
  specs: readonly object[],
  { addresses = ['10.0.0.1', 'fd00::1'], passwords = {} as Record<string, Password> } = {},
) =>
  spokenPeers(read(...specs), {
    labels: { rack: 'a' },
    addresses,
    namespace: 'fairlead-system',
    passwordOf: (name) => passwords[name] ?? {},
  })

test('all that a peer says is told to the speaker', () => {
  const { peers, faults } = speak([
    {
      ...USUAL,
      localASN: 64600,
      peerPort: 1179,
      holdTime: '30s',
      keepaliveTime: '20s',
      connectTime: '500ms',
      routerID: '10.9.9.9',
      sourceAddress: '10.0.0.7',
      ebgpMultiHop: true,
      password: 'secret',
      dualStackAddressFamily: true,
      enableGracefulRestart: false,
    },
  ])
  assert.deepEqual(faults, [])
  assert.deepEqual(peers, [
    {
      name: 'p0',
      address: '10.0.0.2',
      port: 1179,
      localAsn: 64600,
      peerAsn: 64513,
      routerId: '10.9.9.9',
      holdSeconds: 30,
      keepaliveSeconds: 10,
      connectRetrySeconds: 1,
      sourceAddress: '10.0.0.7',
      isMultihop: true,
      nextHop: { IPv6: 'fd00::1' },
      gracefulRestartSeconds: false,
      password: 'secret',
    },
  ])
})

test('what a peer does not say is the node’s, or as is usual', () => {
  const { peers } = speak([{ myASN: 64512, dynamicASN: 'internal', peerAddress: 'fd00::2' }])
  assert.deepEqual(peers, [
    {
      name: 'p0',
      address: 'fd00::2',
      port: 179,
      localAsn: 64512,
      peerAsn: 64512,
      routerId: '10.0.0.1',
      holdSeconds: 90,
      isMultihop: false,
    },
  ])
  const both = { ...USUAL, dualStackAddressFamily: true }
  assert.equal(speak([{ ...both, disableMP: true }]).peers[0]?.nextHop, undefined)
  assert.equal(speak([both], { addresses: ['10.0.0.1'] }).peers[0]?.nextHop, undefined)
})

test('a peer is spoken with by the nodes that it selects', () => {
  const of = (rack: string) => ({ nodeSelectors: [{ matchLabels: { rack } }] })
  const { peers, faults } = speak([
    { ...USUAL, ...of('a') },
    { ...USUAL, peerAddress: '10.0.0.3', ...of('b') },
  ])
  assert.deepEqual([peers.map(({ name }) => name), faults], [['p0'], []])
})

test('who cannot be spoken with is told by object and field, and costs the others nothing', () => {
  const { interface: _, ...rest } = { ...USUAL, interface: undefined }
  const { peerAddress, ...nowhere } = rest
  const { peerASN, ...nobody } = rest
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ ...nowhere, interface: 'eth0' }, /^BGPPeer p1: spec\.interface: .*peerAddress/],
    [{ ...USUAL, peerAddress: '10.0.0.3', vrf: 'blue' }, /^BGPPeer p1: spec\.vrf: /],
    [{ ...nobody, dynamicASN: 'external', peerAddress: '10.0.0.3' }, /^BGPPeer p1: spec\.dynamicASN: .*peerASN/],
    [{ ...USUAL }, /^BGPPeer p1: .*one session with a router is enough/],
    [{ ...USUAL, peerAddress: '10.0.0.3', password: 'x'.repeat(81) }, /^BGPPeer p1: .*password has 81 octets/],
  ]
  for (const [spec, fault] of cases) {
    const { peers, faults } = speak([USUAL, spec])
    assert.deepEqual(
      peers.map(({ name }) => name),
      ['p0'],
    )
    assert.equal(faults.length, 1)
    assert.match(faults[0]!, fault)
    assert.doesNotMatch(faults[0]!, /xxx/)
  }
  assert.match(speak([USUAL], { addresses: ['fd00::1'] }).faults.join(), /^BGPPeer p0: spec\.routerID: /)
})

test('no session is had without the password that a peer asks for; one that was read goes on to be used', () => {
  const asking = { ...USUAL, passwordSecret: { name: 'tor' } }
  const of = (tor: Password) => {
    const { peers, faults } = speak([asking], { passwords: { tor } })
    return [peers.map(({ password }) => password), faults.map((one) => one.replace(/^.*: spec/, 'spec'))]
  }
  const where = 'spec.passwordSecret: the password in Secret fairlead-system/tor cannot be read'
  assert.deepEqual(of({}), [[], []])
  assert.deepEqual(of({ text: 'x' }), [['x'], []])
  assert.deepEqual(of({ fault: 'gone' }), [[], [`${where}, so there is no session: gone`]])
  assert.deepEqual(of({ text: 'x', fault: 'gone' }), [
    ['x'],
    [`${where}, so what was read before goes on to be used: gone`],
  ])
})
