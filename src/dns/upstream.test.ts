import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readNameservers } from './upstream.ts'

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
