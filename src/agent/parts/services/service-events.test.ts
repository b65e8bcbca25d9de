import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportFault } from './service-events.ts'

const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'shop' } }
const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop' } }
const known = new Map<string, typeof pod>([
  ['shop/web', service],
  ['host-port/shop/web', pod],
])

const reported = (loser: string, winner: string) => {
  const logged: string[] = []
  const events: string[] = []
  const recorder = {
    record: (about: { readonly kind?: string }, type: string, reason: string, message: string) =>
      events.push(`${about.kind} ${type} ${reason}: ${message}`),
  } as never
  reportFault(
    { kind: 'claim-lost', service: loser, winner, frontend: '172.30.0.2:80/TCP' },
    {
      node: 'n1',
      find: (key) => known.get(key),
      events: recorder,
      clusterEvents: recorder,
      log: (text) => logged.push(text),
    },
  )
  return { logged, events }
}

test('a Service that does not get an address is told who has it: an older Service, or a pod by its host port', () => {
  assert.deepEqual(reported('shop/web', 'shop/old'), {
    logged: ['Service shop/web does not get 172.30.0.2:80/TCP: shop/old has it'],
    events: [
      'Service Warning AddressTaken: 172.30.0.2:80/TCP belongs to the older Service shop/old; free it there, or use another here',
    ],
  })
  assert.deepEqual(reported('shop/web', 'host-port/shop/old').events, [
    'Service Warning AddressTaken: 172.30.0.2:80/TCP belongs to the older pod shop/old; free it there, or use another here',
  ])
})

test('a pod that does not get its host port is told so itself', () => {
  const { logged, events } = reported('host-port/shop/web', 'host-port/shop/old')
  assert.deepEqual(logged, ['pod shop/web does not get 172.30.0.2:80/TCP: pod shop/old has it'])
  assert.match(events.join(), /^Pod Warning AddressTaken: .* belongs to the older pod shop\/old/)
})
