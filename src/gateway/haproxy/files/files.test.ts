import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { configKey, configServers, configText } from './config-text.ts'
import { Files } from './files.ts'
import { mapText } from './texts.ts'

test('files are their owner’s alone, only what differs is written, and what is taken back was there before', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'files-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const files = new Files(folder)
  files.write(
    new Map([
      ['certificates/a.pem', 'key'],
      ['haproxy.cfg', 'one'],
    ]),
  )
  assert.equal(statSync(join(folder, 'certificates/a.pem')).mode & 0o777, 0o600)
  const before = files.write(
    new Map([
      ['certificates/b.pem', 'key'],
      ['certificates/a.pem', 'key'],
      ['haproxy.cfg', 'two'],
    ]),
  )
  assert.deepEqual(
    [...before],
    [
      ['certificates/b.pem', undefined],
      ['haproxy.cfg', 'one'],
    ],
  )
  files.restore(before)
  assert.equal(readFileSync(join(folder, 'haproxy.cfg'), 'utf8'), 'one')
  assert.equal(existsSync(join(folder, 'certificates/b.pem')), false)
  // Keys that nobody uses any more do not stay, and what is not ours does.
  writeFileSync(join(folder, 'haproxy.sock'), '')
  writeFileSync(join(folder, 'certificates/old.pem'), 'key')
  files.keep(['certificates/a.pem', 'haproxy.cfg'])
  assert.deepEqual(
    [existsSync(join(folder, 'certificates/old.pem')), existsSync(join(folder, 'haproxy.sock'))],
    [false, true],
  )
  assert.throws(() => files.write(new Map([['../outside', '']])), { code: 'PLAN_INVALID' })
})

test('a configuration’s file has the servers of its slots, and says what it is known by, which they are no part of', () => {
  const config = 'global\n  nbthread 2\nbackend s1 from http\nbackend s2 from http\n'
  const server = { name: 'e1', address: 'fd00::1', port: 80, state: 'drain', parameters: 'proto h2' } as const
  const text = configText(config, (slot) => (slot === 's2' ? [server, { ...server, name: 'e2', state: 'ready' }] : []))
  assert.equal(
    text,
    `global\n  setenv FAIRLEAD_CONFIG ${configKey(config)}\n  nbthread 2\nbackend s1 from http\nbackend s2 from http\n  server e1 [fd00::1]:80 proto h2 weight 0\n  server e2 [fd00::1]:80 proto h2\n`,
  )
  assert.deepEqual(
    [...configServers(text)],
    [
      ['s2/e1', 'proto h2'],
      ['s2/e2', 'proto h2'],
    ],
  )
})

test('an entry of a map is one line, or nothing is written', () => {
  assert.equal(
    mapText([
      ['/a', '{"b": 1}'],
      ['x', 'y'],
    ]),
    '/a {"b": 1}\nx y',
  )
  for (const [key, value] of [
    ['a\nb', 'c'],
    ['a', 'b\nc d'],
    ['#a', 'b'],
    ['a b', 'c'],
    ['a', 'c\r'],
    ['', 'x'],
    ['a', ''],
    ['a', 'b '],
    // Its end would be a key of its own.
    ['a'.repeat(32_000), 'b'],
  ])
    assert.throws(() => mapText([[key!, value!]]), { code: 'PLAN_INVALID' })
})
