import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IpFamily } from '#net/ip-address.ts'
import { completeFamilies } from './ip-families.ts'

type Spec = any
const service = (spec: Spec) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec }) as never
const BOTH: readonly IpFamily[] = ['IPv4', 'IPv6']
const selector = { app: 'x' }
/** What becomes of a Service: its policy, families and addresses, or what is said against it. */
const completed = (spec: Spec, before?: Spec, configured = BOTH): unknown => {
  const found = completeFamilies(service(spec), before && service(before), configured)
  if (found.kind === 'refused') return found.causes.map(({ field, message }) => `${field}: ${message}`)
  const { ipFamilyPolicy, ipFamilies, clusterIPs } = found.spec
  return [ipFamilyPolicy, ipFamilies?.join(), ...(clusterIPs ? [clusterIPs.join()] : [])]
}

test('who says nothing has one family, the first of the cluster', () => {
  assert.deepEqual(completed({ selector }), ['SingleStack', 'IPv4'])
  assert.deepEqual(completed({ selector }, undefined, ['IPv6', 'IPv4']), ['SingleStack', 'IPv6'])
  assert.deepEqual(completed({ selector, ipFamilies: ['IPv6'] }), ['SingleStack', 'IPv6'])
  assert.deepEqual(completed({ selector, clusterIPs: ['fd00::1'] }), ['SingleStack', 'IPv6', 'fd00::1'])
  assert.deepEqual(completed({ type: 'ExternalName', externalName: 'x' }), [undefined, undefined])
})

test('who wants two has both, as far as the cluster has them', () => {
  for (const ipFamilyPolicy of ['PreferDualStack', 'RequireDualStack']) {
    assert.deepEqual(completed({ selector, ipFamilyPolicy }), [ipFamilyPolicy, 'IPv4,IPv6'])
    assert.deepEqual(completed({ selector, ipFamilyPolicy, ipFamilies: ['IPv6'] }), [ipFamilyPolicy, 'IPv6,IPv4'])
    const clusterIPs = ['10.0.0.1', 'fd00::1']
    assert.deepEqual(completed({ selector, ipFamilyPolicy, clusterIPs }), [
      ipFamilyPolicy,
      'IPv4,IPv6',
      '10.0.0.1,fd00::1',
    ])
  }
  assert.deepEqual(completed({ selector, ipFamilyPolicy: 'PreferDualStack' }, undefined, ['IPv4']), [
    'PreferDualStack',
    'IPv4',
  ])
  assert.deepEqual(completed({ selector, ipFamilyPolicy: 'RequireDualStack' }, undefined, ['IPv4']), [
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ])
})

test('families that the cluster does not have are refused, each by its place', () => {
  assert.deepEqual(completed({ selector, ipFamilies: ['IPv6'] }, undefined, ['IPv4']), [
    'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ])
  assert.deepEqual(completed({ selector, clusterIPs: ['fd00::1'] }, undefined, ['IPv4']), [
    'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: IPv6 is not configured on this cluster',
  ])
  const two = { selector, ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4', 'IPv6'] }
  assert.deepEqual(completed(two, undefined, ['IPv4']), [
    'spec.ipFamilies[1]: Invalid value: "IPv6": not configured on this cluster',
  ])
})

test('two of anything need a policy for two', () => {
  const must = (what: string) =>
    `spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  assert.deepEqual(completed({ selector, clusterIPs: ['10.0.0.1', 'fd00::1'] }), [must('cluster IPs')])
  assert.deepEqual(completed({ selector, ipFamilies: ['IPv4', 'IPv6'] }), [must('IP families')])
})

test('a headless Service without a selector may have families that the cluster does not have', () => {
  for (const none of [{ clusterIP: 'None' }, { clusterIPs: ['None'] }, { clusterIP: 'None', selector: {} }]) {
    const [policy, families] = completed(none, undefined, ['IPv4']) as string[]
    assert.deepEqual([policy, families], ['RequireDualStack', 'IPv4,IPv6'])
  }
  const own = { clusterIP: 'None', ipFamilies: ['IPv6'] }
  assert.deepEqual(completed(own, undefined, ['IPv4']), ['RequireDualStack', 'IPv6,IPv4'])
  assert.deepEqual(completed({ ...own, ipFamilyPolicy: 'SingleStack' }, undefined, ['IPv4']), ['SingleStack', 'IPv6'])
  assert.deepEqual(completed({ clusterIP: 'None', selector }), ['SingleStack', 'IPv4'])
  assert.deepEqual(completed({ clusterIPs: ['None'], selector }), ['SingleStack', 'IPv4', 'None'])
})

const DUAL = { selector, ipFamilyPolicy: 'RequireDualStack', ipFamilies: BOTH, clusterIPs: ['10.0.0.1', 'fd00::1'] }

test('the second address goes with the wish for two, and only so', () => {
  const single = { ...DUAL, ipFamilyPolicy: 'SingleStack' }
  assert.deepEqual(completed(single, DUAL), ['SingleStack', 'IPv4', '10.0.0.1'])
  const release = (what: string) =>
    `spec.ipFamilyPolicy: Invalid value: "RequireDualStack": must be 'SingleStack' to release the secondary ${what}`
  assert.deepEqual(completed({ ...DUAL, clusterIPs: ['10.0.0.1'] }, DUAL), [release('cluster IP')])
  assert.deepEqual(completed({ ...DUAL, ipFamilies: ['IPv4'] }, DUAL), [release('IP family')])
  assert.deepEqual(completed({ ...DUAL, clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'] }, DUAL), [
    release('cluster IP'),
    release('IP family'),
  ])
  const changed = { ...single, clusterIPs: ['10.0.0.1', 'fd00::2'] }
  const must = "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified"
  assert.deepEqual(completed(changed, DUAL), [`spec.ipFamilyPolicy: Invalid value: "SingleStack": ${must}`])
})

test('other families than there were are a wish of their own, also where one family is to be', () => {
  const was = { selector, ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'], clusterIPs: ['10.0.0.1'] }
  const must = (what: string) =>
    `spec.ipFamilyPolicy: Invalid value: "SingleStack": must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  const clusterIPs = ['10.0.0.1', 'fd00::1']
  assert.deepEqual(completed({ ...was, clusterIPs, ipFamilies: ['IPv4', 'IPv6'] }, was), [
    must('cluster IPs'),
    must('IP families'),
  ])
  assert.deepEqual(completed({ ...was, ipFamilies: ['IPv4', 'IPv6'] }, was), [must('IP families')])
})

test('who says nothing of the policy keeps the one that there was', () => {
  const { ipFamilyPolicy: _, ...silent } = DUAL
  assert.deepEqual(completed(silent, DUAL), ['RequireDualStack', 'IPv4,IPv6', '10.0.0.1,fd00::1'])
  assert.deepEqual(completed({ selector }, { type: 'ExternalName', ipFamilyPolicy: 'RequireDualStack' }), [
    'SingleStack',
    'IPv4',
  ])
  const one = { selector, ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'], clusterIPs: ['10.0.0.1'] }
  assert.deepEqual(completed({ ...one, ipFamilyPolicy: 'PreferDualStack' }, one), [
    'PreferDualStack',
    'IPv4,IPv6',
    '10.0.0.1',
  ])
})
