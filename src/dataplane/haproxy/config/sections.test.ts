import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listener, OPTIONS, oneSite, portOf } from '../testing/one-site.ts'
import { defaultsLines, globalLines } from './global.ts'
import { insideLines } from './inside.ts'
import { ownFrontend } from './own-frontend.ts'
import { counterTable } from './rule-counters.ts'
import { slotSections } from './slot-sections.ts'
import { sourceTable } from './source-limit.ts'

test('the program is told the ports with requests, by the numbers that clients know; none where there is none', () => {
  const told = (...ports: Parameters<typeof oneSite>[0]) =>
    globalLines(oneSite(ports), OPTIONS).filter((line) => line.includes('GATEWAY_PORTS'))
  const passed = portOf(8443, 'tls', { listeners: [listener('TLS', '', { mode: 'Passthrough' })] })
  assert.deepEqual(told(portOf(80, 'http'), passed, portOf(443, 'tls')), [
    '  setenv GATEWAY_PORTS "10080=80 10443=443"',
  ])
  assert.deepEqual(told(portOf(80, 'http')), ['  setenv GATEWAY_PORTS "10080=80"'])
  assert.deepEqual(told(passed), [])
})

test('the program’s parts are where it is, and the process is as large as it is told', () => {
  const lines = globalLines(oneSite([]), OPTIONS)
  for (const line of [
    'global',
    '  lua-prepend-path /lua/?.lua',
    '  lua-load-per-thread /lua/gateway.lua',
    '  nbthread 2',
    '  maxconn 1001',
    '  hard-stop-after 60000ms',
  ])
    assert.ok(lines.includes(line), line)
})

test('ciphers have forward secrecy, for clients and for servers', () => {
  const lines = globalLines(oneSite([]), OPTIONS)
  for (const side of ['bind', 'server']) {
    const listOf = (what: string) =>
      lines.flatMap((line) => new RegExp(`^ {2}ssl-default-${side}-${what} (.*)$`).exec(line)?.[1]?.split(':') ?? [])
    assert.equal(listOf('ciphers').length, 6)
    for (const cipher of listOf('ciphers'))
      assert.match(cipher, /^ECDHE-(?:ECDSA|RSA)-(?:AES(?:128|256)-GCM-SHA(?:256|384)|CHACHA20-POLY1305)$/)
    assert.equal(listOf('ciphersuites').length, 3)
  }
})

test('what HAProxy answers by itself is a line of text for each status', () => {
  const answers = defaultsLines().flatMap((line) => {
    const [, status, text] = /^ {2}http-error status (\d+) content-type text\/plain string "(.+)\\n"$/.exec(line) ?? []
    return status === undefined ? [] : [`${status} ${text}`]
  })
  assert.deepEqual(answers, [
    '400 bad request',
    '403 forbidden',
    '404 no route',
    '408 request timeout',
    '413 content too large',
    '421 misdirected request',
    '500 internal error',
    '502 bad gateway',
    '503 no endpoint',
    '504 gateway timeout',
  ])
})

test('each slot is a section of its kind; requests alone come back to a server, and are counted where there is none', () => {
  const pools = new Map([
    ['tcp', 1],
    ['http', 2],
    ['http-source', 1],
  ])
  const slots = { pools, taken: new Map() } as unknown as Parameters<typeof slotSections>[0]
  const kept = '  use-server %[var(txn.server)] if { var(txn.server) -m found }'
  const counter = '  http-request sc-inc-gpc(2,0) if { sc0_tracked } { nbsrv eq 0 } !{ var(txn.server) -m found }'
  const lines = slotSections(slots, false)
  assert.deepEqual(
    lines.filter((line) => /^\S/.test(line) || line === kept),
    [
      'defaults http from base',
      'backend http-1',
      kept,
      'backend http-2',
      kept,
      'defaults http-source from base',
      'backend http-source-1',
      kept,
      'defaults tcp from base',
      'backend tcp-1',
    ],
  )
  assert.equal(lines.filter((line) => line === '').length, 3)
  assert.ok(lines.includes('  mode tcp'))
  assert.ok(!lines.includes(counter))
  const counted = slotSections(slots, true)
  assert.deepEqual(
    counted.flatMap((line, at) => (line === counter ? [counted[at + 1]] : [])),
    ['backend http-1', 'backend http-source-1'],
  )
})

test('what goes round takes along slot, server and timeout, and nobody else sees it', () => {
  const lines = insideLines()
  const [begin, end] = ['backend timed from base', 'frontend inside from base'].map((line) => lines.indexOf(line)) as [
    number,
    number,
  ]
  assert.deepEqual([lines[begin - 1], lines[end - 1]], ['', ''])
  const [out, back] = [lines.slice(begin, end), lines.slice(end)]
  for (const name of ['server', 'timeout']) {
    assert.ok(
      out.includes(`  http-request set-header x-fairlead-${name} %[var(txn.${name})] if { var(txn.${name}) -m found }`),
    )
    const taken = `  http-request set-var(txn.${name}) req.hdr(x-fairlead-${name}) if { req.hdr(x-fairlead-${name}) -m found }`
    assert.ok(back.includes(taken))
    assert.ok(back.indexOf(taken) < back.indexOf('  http-request del-header x-fairlead- -m beg'))
  }
  assert.ok(
    out.indexOf('  http-request del-header x-fairlead- -m beg') <
      out.indexOf('  http-request set-header x-fairlead-slot %[var(txn.to),field(1,;)]'),
  )
  assert.ok(out.includes('  server inside abns@fairlead-timed send-proxy-v2'))
  assert.ok(back.includes('  bind abns@fairlead-timed accept-proxy'))
})

test('of a copy’s answer no more is read than a buffer has room for, or than comes in time', () => {
  const lines = insideLines()
  const copies = lines.slice(lines.indexOf('frontend copies from base'))
  assert.ok(copies.includes('  bind abns@fairlead-copies'))
  assert.deepEqual(
    copies.filter((line) => line.startsWith('  http-response ')),
    ['  http-response wait-for-body time 10s', '  http-response return status 204'],
  )
  const last = copies.indexOf('  http-request del-header x-fairlead- -m beg')
  for (const name of ['slot', 'method', 'timeout'])
    assert.ok(copies.findIndex((line) => line.includes(`req.hdr(x-fairlead-${name})`)) < last, name)
})

test('sections that are always there begin behind an empty line', () => {
  assert.deepEqual(sourceTable(), [
    '',
    'backend sources from base',
    '  stick-table type ipv6 size 100000 expire 5m store conn_cur',
  ])
  assert.deepEqual(counterTable(), [
    '',
    'backend rules from base',
    '  stick-table type string len 200 size 30000 store gpc(3),http_err_cnt,http_fail_cnt',
  ])
  assert.deepEqual(ownFrontend(OPTIONS).slice(0, 3), ['', 'frontend own from base', '  bind :9101'])
})
