import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { RecordType } from '#names/record.ts'
import { encodeQuestion } from './encode.ts'
import { readNameservers, Upstream } from './upstream.ts'

test('nameservers are those of resolv.conf in its order, and the machine’s own where it names none or is not there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-resolv-'))
  const path = join(folder, 'resolv.conf')
  try {
    assert.deepEqual(readNameservers(path), ['127.0.0.1'])
    writeFileSync(path, '# nothing\nsearch example.org\n')
    assert.deepEqual(readNameservers(path), ['127.0.0.1'])
    writeFileSync(path, 'nameserver 192.0.2.1\n#nameserver 192.0.2.2\n nameserver\t2001:db8::1\n')
    assert.deepEqual(readNameservers(path), ['192.0.2.1', '2001:db8::1'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('of a flood of questions 1,000 are with the upstream at a time: others are told at once, and later ones are asked', async () => {
  const server = createSocket('udp4')
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const upstream = new Upstream(['127.0.0.1'], server.address().port)
    const ask = () => upstream.forward(encodeQuestion('example.org', RecordType.A), 'udp')
    const outcomes = await Promise.allSettled(Array.from({ length: 1100 }, ask))
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [String(outcome.reason)] : []))
    assert.equal(reasons.filter((reason) => reason.includes('1000 questions wait for')).length, 100)
    assert.equal(reasons.filter((reason) => reason.includes('no upstream nameserver answered')).length, 1000)
    server.on('message', (query, peer) => server.send(query, peer.port, peer.address))
    assert.equal((await ask()).length, encodeQuestion('example.org', RecordType.A).length)
  } finally {
    server.close()
  }
})
