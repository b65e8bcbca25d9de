import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Peer, type PeerOptions, parsePeers } from './peer-options.ts'

const PEER: PeerOptions = {
  name: 'tor-1',
  address: '192.0.2.1',
  localAsn: 64512,
  peerAsn: 64513,
  routerId: '10.0.0.1',
}

const parsePeer = (options: PeerOptions): Peer => parsePeers([options])[0]!

test('what is not said of a peer is as routers have it', () => {
  assert.deepEqual(parsePeer(PEER), {
    name: 'tor-1',
    address: '192.0.2.1',
    family: 'IPv4',
    zone: undefined,
    port: 179,
    localAsn: 64512,
    peerAsn: 64513,
    isInternal: false,
    identifier: 0x0a000001,
    holdSeconds: 90,
    keepaliveSeconds: 30,
    connectRetrySeconds: 120,
    sourceAddress: undefined,
    ttl: 1,
    leastTtl: undefined,
    password: undefined,
    isPassive: false,
    nextHops: {},
    families: ['IPv4'],
    gracefulRestartSeconds: 120,
  })
})

test('packets go one hop to another AS, and farther where it is said or within the AS', () => {
  const ttls = (more: Partial<PeerOptions>) => {
    const { ttl, leastTtl } = parsePeer({ ...PEER, ...more })
    return [ttl, leastTtl]
  }
  assert.deepEqual(ttls({}), [1, undefined])
  assert.deepEqual(ttls({ isMultihop: true }), [undefined, undefined])
  assert.deepEqual(ttls({ peerAsn: 64512 }), [undefined, undefined])
  assert.deepEqual(ttls({ ttlSecurity: true }), [255, 255])
})

test('a family is told where it has a next hop', () => {
  const families = (more: Partial<PeerOptions>) => parsePeer({ ...PEER, ...more }).families
  assert.deepEqual(families({ nextHop: { IPv6: '2001:db8::1' } }), ['IPv4', 'IPv6'])
  assert.deepEqual(families({ address: '2001:db8::2' }), ['IPv6'])
  assert.deepEqual(families({ address: '2001:db8::2', nextHop: { IPv4: '10.0.0.1' } }), ['IPv4', 'IPv6'])
})

test('a link-local address has its interface', () => {
  const { address, zone } = parsePeer({ ...PEER, address: 'fe80::1%eth0' })
  assert.deepEqual([address, zone], ['fe80::1', 'eth0'])
})

const WRONG: readonly (readonly [Partial<PeerOptions>, code: string, field: keyof PeerOptions, says: RegExp])[] = [
  [{ name: '' }, 'PEER_NAME_INVALID', 'name', /empty/],
  [{ address: 'tor.example' }, 'PEER_ADDRESS_INVALID', 'address', /write an address/],
  [{ address: 'fe80::1' }, 'PEER_ADDRESS_INVALID', 'address', /on which interface/],
  [{ address: 'fe80::1%' }, 'PEER_ADDRESS_INVALID', 'address', /write an address/],
  [{ address: '192.0.2.1%eth0' }, 'PEER_ADDRESS_INVALID', 'address', /leave %eth0 out/],
  [{ port: 0 }, 'PEER_PORT_INVALID', 'port', /1 to 65535/],
  [{ port: 65536 }, 'PEER_PORT_INVALID', 'port', /65536/],
  [{ localAsn: 0 }, 'PEER_AS_INVALID', 'localAsn', /1 to 4294967295/],
  [{ peerAsn: 4294967296 }, 'PEER_AS_INVALID', 'peerAsn', /1 to 4294967295/],
  [{ peerAsn: 23456 }, 'PEER_AS_INVALID', 'peerAsn', /stands for others/],
  [{ routerId: '2001:db8::1' }, 'PEER_ROUTER_ID_INVALID', 'routerId', /as an IPv4 address/],
  [{ routerId: '0.0.0.0' }, 'PEER_ROUTER_ID_INVALID', 'routerId', /as an IPv4 address/],
  [{ holdSeconds: 2 }, 'PEER_TIME_INVALID', 'holdSeconds', /3 to 65535/],
  [{ holdSeconds: 65536 }, 'PEER_TIME_INVALID', 'holdSeconds', /3 to 65535/],
  [{ keepaliveSeconds: 31 }, 'PEER_TIME_INVALID', 'keepaliveSeconds', /1 to 30/],
  [{ keepaliveSeconds: 0 }, 'PEER_TIME_INVALID', 'keepaliveSeconds', /1 to 30/],
  [{ connectRetrySeconds: 0 }, 'PEER_TIME_INVALID', 'connectRetrySeconds', /1 to 65535/],
  [{ gracefulRestartSeconds: 4096 }, 'PEER_TIME_INVALID', 'gracefulRestartSeconds', /0 to 4095/],
  [{ sourceAddress: '2001:db8::9' }, 'PEER_ADDRESS_INVALID', 'sourceAddress', /an IPv4 address/],
  [{ nextHop: { IPv6: '10.0.0.1' } }, 'PEER_ADDRESS_INVALID', 'nextHop', /an IPv6 address/],
  [{ isMultihop: true, ttlSecurity: true }, 'PEER_TTL_INVALID', 'ttlSecurity', /leave one of the two out/],
  [{ password: '' }, 'PEER_PASSWORD_INVALID', 'password', /0 octets/],
  [{ password: 'ä'.repeat(41) }, 'PEER_PASSWORD_INVALID', 'password', /82 octets/],
]

for (const [more, code, field, says] of WRONG)
  test(`a peer with ${JSON.stringify(more)} is refused as ${code}, with the way out`, () => {
    assert.throws(() => parsePeers([{ ...PEER, ...more }]), {
      name: 'PeerError',
      code,
      field,
      peer: more.name ?? 'tor-1',
      message: says,
    })
    if (more.password)
      assert.throws(
        () => parsePeers([{ ...PEER, ...more }]),
        ({ message }) => !/ä/.test(message),
      )
  })

test('two peers have two names and two addresses, however these are written', () => {
  const other = { ...PEER, name: 'tor-2', address: '2001:db8::1' }
  assert.equal(parsePeers([PEER, other]).length, 2)
  assert.throws(() => parsePeers([PEER, { ...other, name: 'tor-1' }]), { code: 'PEER_NAME_INVALID' })
  assert.throws(() => parsePeers([other, { ...PEER, address: '2001:DB8:0::1' }]), { code: 'PEER_ADDRESS_INVALID' })
  const local = (name: string, address: string) => ({ ...PEER, name, address })
  assert.equal(parsePeers([local('a', 'fe80::1%eth0'), local('b', 'fe80::1%eth1')]).length, 2)
})
