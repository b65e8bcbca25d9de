import assert from 'node:assert/strict'
import { test } from 'node:test'
import { created, kindOf, refusals, refusedStatus as statusRefusals } from '#api/testing/refusals.ts'

const ADDRESS = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
const BAD_ADDRESSES = {
  banana: ADDRESS,
  '10.0.0.256': ADDRESS,
  'fe80::1%eth0': ADDRESS,
  '010.1.2.3': 'must not have leading 0s',
  '10.01.2.3': 'must not have leading 0s',
  '::ffff:1.2.3.4': 'must not be an IPv4-mapped IPv6 address',
  '::ffff:102:304': 'must not be an IPv4-mapped IPv6 address',
  '::ffff:1.2.3.04': 'must not have leading 0s',
}
const BAD_CIDRS = {
  banana: CIDR,
  '10.0.0.0/33': CIDR,
  '10.0.0.0': CIDR,
  '10.0.0.1/8': 'must not have bits set beyond the prefix length',
  'fd00::1/64': 'must not have bits set beyond the prefix length',
  '10.0.0.0/08': 'must not have leading 0s in IP or prefix length',
  '010.0.0.0/8': 'must not have leading 0s in IP or prefix length',
  '::ffff:10.0.0.0/104': 'must not have an IPv4-mapped IPv6 address',
}

const service = (spec: object, annotations = {}): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'x', annotations },
  spec: { ports: [{ port: 80 }], ...spec },
})
const pod = (spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'x' },
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})
const slice = (addressType: string, address: string): object => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'x' },
  addressType,
  endpoints: [{ addresses: [address] }],
})
const endpointsOf = (subset: object): object => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'x' },
  subsets: [{ ports: [{ port: 80 }], ...subset }],
})
const node = (podCIDR: string): object => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'x' },
  spec: { podCIDR, podCIDRs: [podCIDR] },
})

const balanced = service({ type: 'LoadBalancer' })
const ADDRESS_FIELDS: Readonly<Record<string, (ip: string) => readonly string[]>> = {
  'spec.clusterIPs[0]': (ip) => refusals(service({ clusterIP: ip })),
  'spec.externalIPs[0]': (ip) => refusals(service({ externalIPs: [ip] })),
  'status.loadBalancer.ingress[0].ip': (ip) =>
    statusRefusals(balanced, { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } }),
  'subsets[0].addresses[0].ip': (ip) => refusals(endpointsOf({ addresses: [{ ip }] })),
  'subsets[0].notReadyAddresses[0].ip': (ip) => refusals(endpointsOf({ notReadyAddresses: [{ ip }] })),
  'endpoints[0].addresses[0]': (ip) => refusals(slice(ip.includes(':') ? 'IPv6' : 'IPv4', ip)),
  'spec.hostAliases[0].ip': (ip) => refusals(pod({ hostAliases: [{ ip, hostnames: ['a'] }] })),
  'spec.dnsConfig.nameservers[0]': (ip) => refusals(pod({ dnsConfig: { nameservers: [ip] } })),
  'status.podIPs[0]': (ip) => statusRefusals(pod({}), { podIP: ip, podIPs: [{ ip }] }),
  'status.hostIPs[0]': (ip) => statusRefusals(pod({}), { hostIP: ip, hostIPs: [{ ip }] }),
}
const ANNOTATION = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const CIDR_FIELDS: Readonly<Record<string, (cidr: string) => readonly string[]>> = {
  'spec.LoadBalancerSourceRanges[0]': (cidr) =>
    refusals(service({ type: 'LoadBalancer', loadBalancerSourceRanges: [cidr] })),
  [`metadata.annotations[${ANNOTATION}]`]: (cidr) =>
    refusals(service({ type: 'LoadBalancer' }, { [ANNOTATION]: cidr })),
  'spec.podCIDRs[0]': (cidr) => refusals(node(cidr)),
}

test('every field that holds an address refuses what is none, what is ambiguous, and says which it is', () => {
  for (const [field, validate] of Object.entries(ADDRESS_FIELDS)) {
    for (const good of ['192.0.2.7', '2001:db8::7', '2001:DB8:0:0::0007'])
      assert.deepEqual(validate(good), [], `${field} ${good}`)
    for (const [bad, why] of Object.entries(BAD_ADDRESSES))
      assert.deepEqual(validate(bad), [`${field}: Invalid value: ${JSON.stringify(bad)}: ${why}`], `${field} ${bad}`)
  }
})

test('every field that holds a range refuses what is none, what is ambiguous, and says which it is', () => {
  for (const [field, validate] of Object.entries(CIDR_FIELDS)) {
    for (const good of ['10.0.0.0/8', '192.0.2.7/32', '0.0.0.0/0', '2001:db8::/32', '2001:DB8:0::/32'])
      assert.deepEqual(validate(good), [], `${field} ${good}`)
    for (const [bad, why] of Object.entries(BAD_CIDRS))
      assert.deepEqual(validate(bad), [`${field}: Invalid value: ${JSON.stringify(bad)}: ${why}`], `${field} ${bad}`)
  }
})

test('an address of the other family is refused in a slice, and two of one family in a pod’s status', () => {
  assert.deepEqual(refusals(slice('IPv4', '2001:db8::7')), [
    'endpoints[0].addresses[0]: Invalid value: "2001:db8::7": must be an IPv4 address',
  ])
  const podIPs = ['10.244.1.5', '10.244.1.6'].map((ip) => ({ ip }))
  assert.deepEqual(statusRefusals(pod({}), { podIP: podIPs[0]!.ip, podIPs }), [
    'status.podIPs: Invalid value: [{"IP":"10.244.1.5"},{"IP":"10.244.1.6"}]: may specify no more than one IP for each IP family',
  ])
  assert.deepEqual(statusRefusals(pod({}), { hostIP: '172.30.0.2', hostIPs: [{ ip: '172.30.0.3' }] }), [
    'status.hostIPs[0].ip: Invalid value: "172.30.0.3": must be equal to `hostIP`',
  ])
})

test('a spelling of IPv6 that is not canonical is taken, with a warning that gives the canonical one', () => {
  const warnings = (object: object): readonly string[] => {
    const made = created(object)
    return kindOf(made).warnings?.(made) ?? []
  }
  const address = (field: string): string =>
    `${field}: IPv6 address "2001:DB8::7" should be in RFC 5952 canonical format ("2001:db8::7")`
  assert.deepEqual(warnings(service({ clusterIP: '2001:DB8::7', loadBalancerIP: '2001:DB8::7' })), [
    address('spec.clusterIPs[0]'),
    address('spec.loadBalancerIP'),
  ])
  assert.deepEqual(warnings(service({ type: 'LoadBalancer', loadBalancerSourceRanges: ['2001:DB8::/32'] })), [
    'spec.loadBalancerSourceRanges[0]: IPv6 CIDR value "2001:DB8::/32" should be in RFC 5952 canonical format ("2001:db8::/32")',
  ])
  assert.deepEqual(
    warnings(
      pod({ hostAliases: [{ ip: '2001:DB8::7', hostnames: ['a'] }], dnsConfig: { nameservers: ['2001:DB8::7'] } }),
    ),
    [address('spec.hostAliases[0].ip'), address('spec.dnsConfig.nameservers[0]')],
  )
  assert.deepEqual(warnings(service({ clusterIP: '10.96.0.7' })), [])
})

test('an endpoint’s address is one that means the same machine everywhere', () => {
  const unspecified = (ip: string): string => `may not be unspecified (${ip})`
  const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
  const local = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'
  const multicast = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'
  const cases: Readonly<Record<string, string | undefined>> = {
    '0.0.0.0': unspecified('0.0.0.0'),
    '::': unspecified('::'),
    '0.0.0.1': undefined,
    '::2': undefined,
    '::100': undefined,
    '0.0.1.0': undefined,
    '1::1': undefined,
    '1::': undefined,
    '127.0.0.0': loopback,
    '127.255.255.255': loopback,
    '126.255.255.255': undefined,
    '128.0.0.1': undefined,
    '::1': loopback,
    '169.254.0.1': local,
    '169.253.0.1': undefined,
    '168.254.0.1': undefined,
    'fe80::1': local,
    'febf::1': local,
    'fec0::1': undefined,
    'fd80::1': undefined,
    '224.0.0.255': multicast,
    '224.0.1.0': undefined,
    '224.1.0.0': undefined,
    '225.0.0.0': undefined,
    'ff02::1': multicast,
    'ff12::1': multicast,
    'ff01::1': undefined,
    'fe02::1': undefined,
  }
  for (const [ip, why] of Object.entries(cases))
    assert.deepEqual(
      refusals(slice(ip.includes(':') ? 'IPv6' : 'IPv4', ip)),
      why === undefined ? [] : [`endpoints[0].addresses[0]: Invalid value: "${ip}": ${why}`],
    )
})
