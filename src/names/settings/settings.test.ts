import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rcode, RecordType } from '../record.ts'
import { recordLine } from '../testing/record-text.ts'
import { Zone } from '../zone.ts'
import { HostsTable } from './hosts-table.ts'
import { ReverseRanges } from './reverse-ranges.ts'
import { ZONE_SETTINGS, type ZoneSettings } from './zone-settings.ts'

const zoneWith = (settings: Partial<ZoneSettings>): Zone => {
  const zone = new Zone('cluster.local', [])
  zone.setNamespace('shop', true)
  zone.setPodAddress('shop', '10.244.1.5', true)
  zone.configure({ ...ZONE_SETTINGS, ...settings })
  return zone
}
const ask = (zone: Zone, name: string, type: number = RecordType.A) => {
  const answer = zone.answer({ name, type, class: 1 }, () => 0)
  if (answer === undefined || answer.rcode !== Rcode.NOERROR) return answer?.rcode
  return answer.answers.map((record) => `${recordLine(record)} ${record.ttl}`)
}

test('names of pods are those that are there, those of any address, or none', () => {
  const there = '10-244-1-5.shop.pod.cluster.local'
  const other = 'fd00--7.shop.pod.cluster.local'
  const bad = '10-244-1-500.shop.pod.cluster.local'
  const nowhere = '10-244-1-5.none.pod.cluster.local'
  const asked = (pods: ZoneSettings['pods']) => {
    const zone = zoneWith({ pods })
    return [there, other, bad, nowhere, 'shop.pod.cluster.local'].map((name) =>
      ask(zone, name, name === other ? 28 : 1),
    )
  }
  const { NXDOMAIN } = Rcode
  assert.deepEqual(asked('verified'), [[`${there} A 10.244.1.5 5`], NXDOMAIN, NXDOMAIN, NXDOMAIN, []])
  assert.deepEqual(asked('insecure'), [
    [`${there} A 10.244.1.5 5`],
    [`${other} AAAA fd00::7 5`],
    NXDOMAIN,
    NXDOMAIN,
    [],
  ])
  assert.deepEqual(asked('disabled'), [NXDOMAIN, NXDOMAIN, NXDOMAIN, NXDOMAIN, NXDOMAIN])
})

test('the TTL is that of all records, and how long a denial holds', () => {
  const zone = zoneWith({ ttl: 30, dnsAddresses: ['10.96.0.10'] })
  assert.deepEqual(ask(zone, 'ns.dns.cluster.local'), ['ns.dns.cluster.local A 10.96.0.10 30'])
  const soa = zone.answer({ name: 'none.cluster.local', type: 1, class: 1 }, () => 0)!.authority[0]!
  assert.deepEqual([soa.ttl, soa.data.type === 'SOA' && soa.data.minimum], [30, 30])
})

test('reverse names of the cluster’s ranges are answered here, those of others are nobody’s', () => {
  const zone = zoneWith({ ranges: ['10.244.0.0/16', 'fd00:10:244::/56'] })
  const apex = (name: string) => {
    const { rcode, authority } = zone.answer({ name, type: RecordType.PTR, class: 1 }, () => 0) ?? {}
    return [rcode, authority?.[0]?.name]
  }
  assert.deepEqual(apex('7.7.244.10.in-addr.arpa'), [Rcode.NXDOMAIN, '244.10.in-addr.arpa'])
  assert.deepEqual(apex('7.244.10.IN-ADDR.arpa'), [Rcode.NOERROR, '244.10.in-addr.arpa'])
  assert.deepEqual(apex('7.7.245.10.in-addr.arpa'), [undefined, undefined])
  assert.deepEqual(apex('10.in-addr.arpa'), [undefined, undefined])
  assert.deepEqual(
    [zone.owns('7.7.244.10.in-addr.arpa'), zone.owns('a.CLUSTER.local'), zone.owns('example.org')],
    [true, true, false],
  )
  zone.filling = true
  assert.deepEqual(apex('7.7.244.10.in-addr.arpa')[0], Rcode.SERVFAIL)
})

test('ReverseRanges: the zone of a name is the largest that lies in the range', () => {
  const ranges = new ReverseRanges(['10.96.0.0/12', 'fd00:10:96::/112', 'none', '192.0.2.7/32'])
  const nibbles = (text: string) => `${[...text].reverse().join('.')}.ip6.arpa`
  assert.deepEqual(ranges.find('4.3.97.10.in-addr.arpa'), { apex: '97.10.in-addr.arpa', isAddress: true })
  assert.equal(ranges.find('4.3.112.10.in-addr.arpa'), undefined)
  assert.equal(ranges.find('96.10.in-addr.arpa')?.isAddress, false)
  assert.equal(ranges.find('10.in-addr.arpa'), undefined)
  assert.deepEqual(ranges.find('7.2.0.192.in-addr.arpa')?.apex, '7.2.0.192.in-addr.arpa')
  const head = 'fd00001000960000000000000000'
  assert.deepEqual(ranges.find(nibbles(`${head}000a`)), { apex: nibbles(head), isAddress: true })
  assert.deepEqual(ranges.find(nibbles(`${head}0`)), { apex: nibbles(head), isAddress: false })
  assert.equal(ranges.find(nibbles(head.slice(0, 27))), undefined)
  for (const name of ['in-addr.arpa', 'ip6.arpa', 'x.10.in-addr.arpa', 'example.org', ''])
    assert.equal(ranges.find(name), undefined)
})

test('HostsTable: names and addresses lead to one another, what it does not hold others may', () => {
  const hosts = new HostsTable(
    [
      { address: '192.0.2.5', names: ['host.example', 'second.example'] },
      { address: '2001:db8::5', names: ['host.example'] },
    ],
    60,
  )
  const lines = (name: string, type: number) =>
    hosts.answer({ name, type, class: 1 })?.answers.map((record) => `${recordLine(record)} ${record.ttl}`)
  assert.deepEqual(lines('HOST.example', RecordType.A), ['HOST.example A 192.0.2.5 60'])
  assert.deepEqual(lines('host.example', RecordType.AAAA), ['host.example AAAA 2001:db8::5 60'])
  assert.deepEqual(lines('second.example', RecordType.AAAA), [])
  assert.deepEqual(lines('5.2.0.192.in-addr.arpa', RecordType.PTR)?.length, 2)
  assert.deepEqual([lines('other.example', 1), lines('6.2.0.192.in-addr.arpa', RecordType.PTR)], [undefined, undefined])
})
