import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { decodeName } from '../decode-name.ts'
import { LoopProbe } from './loop-probe.ts'
import { hostNameservers, readNameservers } from './nameservers.ts'
import { parseUpstream, upstreamText } from './upstream-address.ts'

test('nameservers are those of resolv.conf in its order, and the machine’s own where it names none or is not there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-resolv-'))
  const path = join(folder, 'resolv.conf')
  const resolved = join(folder, 'resolved.conf')
  try {
    assert.deepEqual(readNameservers(path), ['127.0.0.1'])
    writeFileSync(path, '# nothing\nsearch example.org\n')
    assert.deepEqual(readNameservers(path), ['127.0.0.1'])
    writeFileSync(path, 'nameserver 192.0.2.1\n#nameserver 192.0.2.2\n nameserver\t2001:db8::1\n')
    assert.deepEqual(readNameservers(path), ['192.0.2.1', '2001:db8::1'])
    assert.deepEqual(hostNameservers(path, resolved).path, path)
    writeFileSync(path, 'nameserver 127.0.0.53\noptions edns0 trust-ad\n')
    assert.deepEqual(hostNameservers(path, resolved).servers, ['127.0.0.53'], 'systemd-resolved has written nothing')
    writeFileSync(resolved, 'nameserver 192.0.2.9\n')
    assert.deepEqual(hostNameservers(path, resolved), { path: resolved, servers: ['192.0.2.9'] })
    writeFileSync(path, 'nameserver 127.0.0.53\nnameserver 192.0.2.1\n')
    assert.deepEqual(hostNameservers(path, resolved).servers, ['127.0.0.53', '192.0.2.1'], 'somebody wants both')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a nameserver is an address, with a port or without', () => {
  const read = (text: string) => {
    const server = parseUpstream(text)
    return server && upstreamText(server)
  }
  assert.equal(read('192.0.2.1'), '192.0.2.1:53')
  assert.equal(read('dns://192.0.2.1:5353'), '192.0.2.1:5353')
  assert.equal(read('2001:DB8::1'), '[2001:db8::1]:53')
  assert.equal(read('[2001:db8::1]:5353'), '[2001:db8::1]:5353')
  for (const text of [
    '',
    'ns.example.org',
    'tls://192.0.2.1',
    '192.0.2.1:0',
    '192.0.2.1:65536',
    '[192.0.2.1',
    '/etc/resolv.conf',
  ])
    assert.equal(read(text), undefined, text)
})

test('LoopProbe: a nameserver whose question comes back to us is named, others are not', async () => {
  let words = 0
  const probe: LoopProbe = new LoopProbe(
    new HandClock(),
    () => `word${++words}`,
    async ({ address }, query) => {
      const { name } = decodeName(query, 12)
      if (address === '192.0.2.1') assert.equal(probe.isOurs(name.toUpperCase()), true)
      throw new Error('no answer')
    },
  )
  assert.equal(probe.isOurs('word1.word2'), false)
  await probe.look(['192.0.2.1', '192.0.2.2:53'])
  assert.deepEqual(probe.found, ['192.0.2.1'])
  assert.equal(probe.isOurs('example.org'), false)
  await probe.look(['192.0.2.2'])
  assert.deepEqual(probe.found, [])
})
