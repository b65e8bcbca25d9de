import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { LOAD_BALANCER_IPS_ANNOTATION } from '#objects/well-known.ts'
import { assignAddresses, parseRange } from './desired.ts'

const POOL = [parseRange('172.30.255.0/29'), parseRange('fd00::/125')]
const service = (spec: object, annotations: Record<string, string> = {}, held: readonly string[] = []): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', annotations },
  spec: { type: 'LoadBalancer', ipFamilies: ['IPv4'], ...spec },
  status: { loadBalancer: { ingress: held.map((ip) => ({ ip })) } },
})
const given = (of: Service, taken: Readonly<Record<string, string>> = {}) => {
  const { ingress, faults } = assignAddresses(of, POOL, (ip) => taken[ip])
  return [...ingress.map(({ ip }) => ip), ...faults]
}
const BOTH = { ipFamilies: ['IPv4', 'IPv6'] }

test('a Service gets one address of each of its families, keeps it, and gets the one that it asks for', () => {
  assert.deepEqual(given(service(BOTH)), ['172.30.255.1', 'fd00::1'])
  assert.deepEqual(given(service(BOTH, {}, ['172.30.255.4']), { 'fd00::1': 'a/b' }), ['172.30.255.4', 'fd00::2'])
  assert.deepEqual(given(service({ loadBalancerIP: '172.30.255.5' })), ['172.30.255.5'])
  assert.deepEqual(given(service({ ...BOTH, loadBalancerIP: 'fd00:0::6' })), ['172.30.255.1', 'fd00::6'])
})

test('a Service gets all addresses that its annotation lists, also several of one family', () => {
  const asks = (list: string, more: object = {}) => service(more, { [LOAD_BALANCER_IPS_ANNOTATION]: list })
  assert.deepEqual(given(asks('172.30.255.5, 172.30.255.3,172.30.255.5')), ['172.30.255.5', '172.30.255.3'])
  assert.deepEqual(given(asks('fd00::4', { ...BOTH, loadBalancerIP: '172.30.255.2' })), ['172.30.255.1', 'fd00::4'])
})

test('what cannot be had is told by where it was asked for, and the rest is given', () => {
  const place = `the annotation ${LOAD_BALANCER_IPS_ANNOTATION}`
  assert.deepEqual(
    given(service({}, { [LOAD_BALANCER_IPS_ANNOTATION]: '172.30.255.5,172.30.255.6,10.0.0.1,fd00::1' }), {
      '172.30.255.5': 'shop/web',
    }),
    [
      '172.30.255.6',
      `${place} fd00::1 is of a family that spec.ipFamilies does not name`,
      `${place} 172.30.255.5 is taken by Service shop/web`,
      `${place} 10.0.0.1 is outside of the pool 172.30.255.1-172.30.255.6, fd00::1-fd00::7`,
    ],
  )
  assert.deepEqual(given(service({ loadBalancerIP: 'here' })), ["spec.loadBalancerIP 'here' is not an IP address"])
})
