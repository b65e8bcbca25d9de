import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dns1035Label, dnsLabel, dnsSubdomain } from './name-form.ts'

test('labels and subdomains are small letters, digits and hyphens, which begin and end with no hyphen', () => {
  for (const name of ['a', 'a-b', '0', 'a1', 'x'.repeat(63)]) assert.deepEqual(dnsLabel(name), [], name)
  for (const name of ['', 'A', '-a', 'a-', 'a.b', 'a_b']) assert.equal(dnsLabel(name).length, 1, name)
  assert.deepEqual(dnsLabel('x'.repeat(64)), ['must be no more than 63 characters'])
  for (const name of ['a', 'a.b', '0-1.x', 'x'.repeat(253)]) assert.deepEqual(dnsSubdomain(name), [], name)
  for (const name of ['', 'a..b', '.a', 'a.', 'a.-b']) assert.match(dnsSubdomain(name)[0]!, /RFC 1123 subdomain/, name)
  assert.deepEqual(dnsSubdomain('x'.repeat(254)), ['must be no more than 253 characters'])
  assert.deepEqual(dns1035Label('a-1'), [])
  for (const name of ['', '1a', 'a-']) assert.match(dns1035Label(name)[0]!, /DNS-1035 label/, name)
})
