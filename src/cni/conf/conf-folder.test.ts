import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readNetwork } from './conf-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-cni-'))
after(() => rmSync(folder, { recursive: true }))
const SHOWN = '/etc/cni/net.d'
const write = (name: string, value: unknown): void =>
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))

test('an empty folder, and none at all, configure no network', () => {
  assert.equal(readNetwork(folder, SHOWN), undefined)
  assert.equal(readNetwork(join(folder, 'none'), SHOWN), undefined)
})

test('the first file by name counts, and where it is broken no other does', () => {
  mkdirSync(join(folder, '00.conf'))
  mkdirSync(join(folder, 'net'))
  write('net/90.conf', { type: 'tuning' })
  write('net/readme', 'no plugin')
  write('20.conf', { name: 'later', cniVersion: '1.0.0', type: 'ptp' })
  assert.equal(readNetwork(folder, SHOWN)?.name, 'later')
  write('10.conflist', { name: 'net', cniVersion: '1.0.0', plugins: [{ type: 'bridge' }] })
  assert.deepEqual(
    readNetwork(folder, SHOWN)?.plugins.map(({ type }) => type),
    ['bridge', 'tuning'],
  )
  write('05.json', 'half a fi')
  assert.throws(() => readNetwork(folder, SHOWN), {
    code: 'CNI_CONF_INVALID',
    message: /^\/etc\/cni\/net.d\/05.json: /,
  })
})
