import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import { announcedRoutes } from './announced-routes.ts'

type Route = PlannedAddress['bgp'][number]

const planned = (address: string, ...bgp: readonly Partial<Route>[]): PlannedAddress => ({
  address,
  services: ['d/x'],
  l2: undefined,
  bgp: bgp.map((one) => ({
    prefix: `${address}/32`,
    localPref: undefined,
    communities: [],
    peers: [],
    ...one,
  })),
})

test('each peer is told what is meant for it, with communities as text', () => {
  const standard = { kind: 'standard', value: 64512 * 65536 + 100 } as const
  const large = { kind: 'large', value: [4200000001, 2, 3] } as const
  assert.deepEqual(
    announcedRoutes(
      [
        planned('192.0.2.1', { communities: [standard, large], localPref: 300 }),
        planned('192.0.2.2', { peers: ['b'] }),
      ],
      ['a', 'b'],
    ),
    [
      {
        prefix: '192.0.2.1/32',
        communities: ['64512:100'],
        largeCommunities: ['4200000001:2:3'],
        localPreference: 300,
        peers: ['a', 'b'],
      },
      { prefix: '192.0.2.2/32', communities: [], largeCommunities: [], localPreference: 100, peers: ['b'] },
    ],
  )
})

test('a prefix of several addresses and advertisements is told once, with the communities of all', () => {
  const prefix = '192.0.2.0/24'
  const of = (low: number, more: Partial<Route> = {}): Partial<Route> => ({
    prefix,
    communities: [{ kind: 'standard', value: 65536 + low }],
    ...more,
  })
  const told = { largeCommunities: [], localPreference: 100 }
  assert.deepEqual(
    announcedRoutes(
      [planned('192.0.2.1', of(1), of(2, { peers: ['b'], localPref: 50 })), planned('192.0.2.2', of(1))],
      ['a', 'b', 'c'],
    ),
    [
      { prefix, communities: ['1:1'], ...told, peers: ['a', 'c'] },
      { prefix, communities: ['1:1', '1:2'], ...told, peers: ['b'] },
    ],
  )
})

test('without peers, and of peers that are not there, nothing is told', () => {
  assert.deepEqual(announcedRoutes([planned('192.0.2.1', {})], []), [])
  assert.deepEqual(announcedRoutes([planned('192.0.2.1', { peers: ['gone'] })], ['a']), [])
})
