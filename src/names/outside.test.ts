import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOutside } from './outside.ts'
import { Rcode, RecordType } from './record.ts'

const asked = (name: string, filling = false) =>
  answerOutside({ name, type: RecordType.A, class: 1 }, { domain: 'cluster.local', filling })

test('a name that nobody can have is told to be nowhere, one that others may have is refused with the reason', () => {
  // Names that are not there, each as a resolver comes to it at the end of its search list.
  const nowhere = [
    'wbe',
    'com',
    'web.defualt',
    'web.shop.svc',
    'web.shop.svc.cluster.lcoal',
    'web.local',
    'x.internal',
    '9.9.9.10.in-addr.arpa',
    '300.9.9.10.in-addr.arpa',
    'web.in-addr.arpa',
    `9.${'0.'.repeat(30)}f.ip6.arpa`,
  ]
  const elsewhere = ['example.org', 'www.example.com', 'xn--80ak6aa92e.xn--p1ai', 'WWW.Example.DE', 'home.arpa', '']
  for (const name of nowhere) assert.deepEqual([name, asked(name).rcode], [name, Rcode.NXDOMAIN])
  for (const name of elsewhere) assert.deepEqual([name, asked(name).rcode], [name, Rcode.REFUSED])
  assert.equal(
    asked('Kept.example.org').extendedError?.text,
    'kept.example.org is outside cluster.local, and this cluster has no egress',
  )
})

test('a name that stands for many addresses is there, without records', () => {
  for (const name of ['96.10.in-addr.arpa', '0.0.d.f.ip6.arpa']) assert.equal(asked(name).rcode, Rcode.NOERROR)
})

test('while the cluster is being read, an address is not said to have no name', () => {
  const { rcode, extendedError } = asked('9.9.9.10.in-addr.arpa', true)
  assert.equal(rcode, Rcode.SERVFAIL)
  assert.match(extendedError?.text ?? '', /not yet|still/)
  assert.equal(asked('web.defualt', true).rcode, Rcode.NXDOMAIN)
})

test('none of it is authoritative, and none may be remembered', () => {
  for (const name of ['wbe', 'example.org', '96.10.in-addr.arpa']) {
    const { authoritative, answers, authority, additional } = asked(name)
    assert.deepEqual([authoritative, answers, authority, additional], [false, [], [], []])
  }
})
