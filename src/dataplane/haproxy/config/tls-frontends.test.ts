import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Listener } from '#routes/table/table.ts'
import { listener, OPTIONS, oneSite, portOf } from '../testing/one-site.ts'
import { tlsFrontends } from './tls-frontends.ts'

const linesOf = (...listeners: readonly Listener[]) =>
  tlsFrontends(oneSite([portOf(80, 'http'), portOf(443, 'tls', { listeners })]), OPTIONS)
const sections = (lines: readonly string[]) =>
  lines.filter((line) => /^\S/.test(line)).map((line) => line.replace(' from base', ''))
const passed = listener('TLS', 'a.test', { mode: 'Passthrough' })
const ended = listener('TLS', 'b.test')
const https = listener('HTTPS', 'c.test')

test('a port with HTTPS alone needs nobody who reads which name is asked for', () => {
  assert.deepEqual(linesOf(https), [])
})

test('a port has the ways that its listeners need', () => {
  assert.deepEqual(sections(linesOf(passed)), ['frontend tls-10443'])
  assert.deepEqual(sections(linesOf(passed, https)), ['frontend tls-10443', 'backend https-10443'])
  assert.deepEqual(sections(linesOf(ended)), ['frontend tls-10443', 'backend terminated-10443', 'frontend ended-10443'])
  assert.deepEqual(sections(linesOf(passed, ended, https)), [
    'frontend tls-10443',
    'backend https-10443',
    'backend terminated-10443',
    'frontend ended-10443',
  ])
})

test('sections begin behind an empty line and are of octets, and clients’ addresses go along', () => {
  const lines = linesOf(passed, ended, https)
  for (const [at, line] of lines.entries()) {
    if (/^\S/.test(line)) assert.deepEqual([lines[at - 1], lines[at + 1]], ['', '  mode tcp'])
    else assert.match(line, /^(?: {2}\S|$)/)
  }
  for (const what of ['https', 'terminated'])
    assert.ok(lines.includes(`  server inside abns@fairlead-${what}-10443 send-proxy-v2`))
  assert.ok(
    lines.includes('  bind abns@fairlead-terminated-10443 accept-proxy ssl strict-sni crt-list lists/10443.list'),
  )
})

test('clients are counted by where they come from, and connections without a name that leads somewhere are ended', () => {
  const lines = linesOf(passed)
  assert.ok(lines.includes('  bind 0.0.0.0:10443'))
  assert.ok(lines.includes('  tcp-request connection reject if { sc1_conn_cur gt 500 }'))
  assert.deepEqual(lines.slice(-4), [
    '  tcp-request content lua.name if { req.ssl_hello_type 1 }',
    '  tcp-request content accept if { var(txn.to) -m found }',
    '  tcp-request content reject if WAIT_END or { req.len gt 0 } !{ req.ssl_hello_type 1 }',
    '  use_backend %[var(txn.to),field(1,;)]',
  ])
})
