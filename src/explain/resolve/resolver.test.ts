import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { resolvConf } from '#kubelet/etc/resolv-conf.ts'
import { facts, pod } from '../testing/cluster.ts'
import { resolverOf } from './resolver.ts'
import { resolveSource } from './source.ts'

/** The words behind each keyword of a resolv.conf(5). */
const lines = (text: string, keyword: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^${keyword} (.*)$`, 'gm'))].flatMap(([, words = '']) => words.split(' '))

const own = { nameservers: ['192.0.2.1'], searches: ['corp.example', '.'] }
const hostResolvConf = 'search corp.example .\nnameserver 192.0.2.1\n'
const dnsConfig = {
  nameservers: ['192.0.2.9', '10.96.0.10'],
  searches: ['corp.example', 'x.y'],
  options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
}
const SPECS: readonly Partial<PodSpec>[] = [
  {},
  { dnsConfig },
  { hostNetwork: true },
  { hostNetwork: true, dnsConfig },
  { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
  { dnsPolicy: 'Default' },
  { dnsPolicy: 'Default', dnsConfig },
  { dnsPolicy: 'None', dnsConfig },
  { dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.9'] } },
]

for (const spec of SPECS)
  test(`a sender asks, and searches, as the kubelet writes its resolv.conf: ${JSON.stringify(spec)}`, () => {
    const { network } = facts()
    const sender = pod('sender', 1, 30, {
      spec,
      ...(spec.hostNetwork && { status: { podIPs: [{ ip: '172.30.0.2' }] } }),
    })
    const given = facts({ network: { ...network, ...own }, pods: [sender] })
    const settings = { clusterDns: ['10.96.0.10'], clusterDomain: 'cluster.local', hostResolvConf }
    const text = resolvConf({ containers: [], ...spec }, 'default', settings)
    const { asksCluster, servers, searches, ndots } = resolverOf(
      given,
      resolveSource(given, { from: 'pod/sender', to: '' }),
    )
    const asked = lines(text, 'nameserver')
    assert.equal(asksCluster, asked.includes('10.96.0.10'))
    assert.deepEqual(servers, asked.includes('10.96.0.10') ? ['10.96.0.10'] : [])
    assert.deepEqual(searches, lines(text, 'search'))
    const option = lines(text, 'options').find((one) => one.startsWith('ndots:'))
    assert.equal(ndots, option === undefined ? 1 : Number(option.slice('ndots:'.length)))
  })
