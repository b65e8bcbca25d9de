import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Site, SitePort } from '#routes/table/table.ts'
import { listener, OPTIONS, oneSite, portOf } from '../testing/one-site.ts'
import { httpFrontends } from './http-frontends.ts'

const linesOf = (port: SitePort, site: Partial<Site> = {}): readonly string[] =>
  httpFrontends(oneSite([port], site), OPTIONS).map((line) => line.trim())
const HTTP = linesOf(portOf(80, 'http'))
const HTTPS = linesOf(portOf(443, 'tls'))
const HOST = 'http-request set-var(txn.host) req.fhdr(host,1),host_only,lower,rtrim(.)'
const ALLOWED = 'http-request allow if { var(txn.to) -m beg http }'
const placeOf = (lines: readonly string[], start: string) => {
  const place = lines.findIndex((line) => line.startsWith(start))
  assert.ok(place >= 0, start)
  return place
}

test('each port with listeners for requests has a frontend, by the name that the program knows it by', () => {
  const ports = [portOf(80, 'http'), portOf(443, 'tls'), portOf(8443, 'tls', { listeners: [listener('TLS')] })]
  const lines = httpFrontends(oneSite(ports), OPTIONS)
  assert.deepEqual(
    lines.filter((line) => line.startsWith('frontend ')),
    ['frontend port-10080 from base', 'frontend port-10443 from base'],
  )
  // A section begins behind an empty line, and what is in it stands further in.
  for (const [at, line] of lines.entries())
    assert.match(line, lines[at - 1] === '' ? /^frontend / : line === '' ? /^$/ : /^ {2}\S/)
})

test('clients of one source are counted where they come in: once', () => {
  const counted = (lines: readonly string[]) => lines.filter((line) => line.startsWith('tcp-request connection '))
  assert.equal(counted(HTTP).length, 2)
  assert.equal(counted(HTTPS).length, 2)
  assert.match(counted(HTTP)[1]!, / sc1_conn_cur gt 500 /)
  assert.deepEqual(counted(linesOf(portOf(443, 'tls', { listeners: [listener('HTTPS'), listener('TLS', 'a')] }))), [])
})

test('a path is looked for by the host as clients write it where the port is the scheme’s own', () => {
  const asWritten = 'http-request set-var(txn.to) base,concat(/?),map_beg(maps/paths-'
  assert.ok(HTTP.includes(`${asWritten}10080.map)`))
  assert.ok(HTTPS.includes(`${asWritten}10443.map)`))
  // Else they write the port, too, and the other scheme's port is as good as any.
  for (const port of [portOf(8080, 'http'), portOf(443, 'http'), portOf(80, 'tls')]) {
    const lines = linesOf(port)
    assert.ok(!lines.some((line) => line.startsWith(asWritten)))
    const look = `http-request set-var(txn.to) var(txn.key),map_beg(maps/paths-${port.bind}.map)`
    assert.ok(placeOf(lines, HOST) < placeOf(lines, 'http-request set-var-fmt(txn.key) "%[var(txn.host)]%[path]/?"'))
    assert.ok(placeOf(lines, look) < placeOf(lines, ALLOWED))
    assert.ok(lines.includes(look), 'whatever has been found')
  }
})

test('what is not found so is looked for by the host in lower case, then by wider ones, and is 404 in the end', () => {
  for (const [lines, bind] of [
    [HTTP, 10_080],
    [HTTPS, 10_443],
    [linesOf(portOf(8080, 'http')), 18_080],
  ] as const) {
    assert.equal(lines.filter((line) => line === HOST).length, 1)
    const behind = lines.slice(placeOf(lines, ALLOWED))
    const missing = 'unless { var(txn.to) -m found }'
    const keys = behind.flatMap(
      (line) => /^http-request set-var-fmt\(txn\.key\) "(.*)%\[path\]\/\?" /.exec(line)?.[1] ?? [],
    )
    assert.deepEqual(keys, [
      ...(bind === 18_080 ? [] : ['%[var(txn.host)]']),
      '+.%[var(txn.host),field(2,.,0)]',
      '*.%[var(txn.host),field(2,.,0)]',
      '*.%[var(txn.host),field(3,.,0)]',
      '*.%[var(txn.host),field(4,.,0)]',
      '',
    ])
    // Each key is looked for, and nothing is where something is found.
    const looks = behind.filter((line) => line.includes(`map_beg(maps/paths-${bind}.map)`))
    assert.equal(looks.length, keys.length)
    for (const line of looks) assert.ok(line.includes('{ var(txn.to) -m found }'), line)
    assert.ok(behind.includes(`http-request set-var(txn.stars) str(${bind}),map_str(maps/stars.map) ${missing}`))
    assert.ok(behind.includes(`http-request return status 404 default-errorfiles ${missing}`))
  }
})

test('a request that comes by a connection for another name is looked at: where there is TLS', () => {
  const line = 'http-request lua.misdirected if !{ ssl_fc_sni,lower,strcmp(txn.host) 0 }'
  assert.ok(placeOf(HTTPS, HOST) < placeOf(HTTPS, line))
  assert.ok(placeOf(HTTPS, line) < placeOf(HTTPS, ALLOWED))
  assert.ok(!HTTP.includes(line))
})

test('backends are told scheme, host and port as clients have them, and who the client is', () => {
  const told = (lines: readonly string[]) =>
    lines.flatMap((line) => /^http-request add-header X-Forwarded-(\S+ \S+)$/.exec(line)?.[1] ?? [])
  const rest = (scheme: string, port: number) => [
    'For %[var(sess.client)]',
    `Proto ${scheme}`,
    'Host %[req.fhdr(host,1)]',
    `Port ${port}`,
  ]
  assert.deepEqual(told(HTTP), rest('http', 80))
  assert.deepEqual(told(HTTPS), rest('https', 443))
  assert.deepEqual(told(linesOf(portOf(8080, 'http'))), rest('http', 8080))
  assert.ok(placeOf(HTTP, 'http-request add-header X-Forwarded-Port') < placeOf(HTTP, ALLOWED))
})

test('what those who are trusted say is kept, and they speak for clients through five of them', () => {
  const lines = linesOf(portOf(80, 'http'), { trusted: ['10.0.0.0/8', 'fd00::/8'] })
  assert.ok(lines.includes('acl trusted src 10.0.0.0/8 fd00::/8'))
  assert.ok(
    placeOf(lines, 'http-request set-var(txn.trusted) bool(true) if trusted') < placeOf(lines, 'http-request lua.vet'),
  )
  for (const [name, value] of [
    ['Proto', 'http'],
    ['Host', '%[req.fhdr(host,1)]'],
    ['Port', '80'],
  ] as const)
    assert.ok(
      lines.includes(
        `http-request add-header X-Forwarded-${name} ${value} unless { req.hdr(x-forwarded-${name.toLowerCase()}) -m found }`,
      ),
    )
  assert.deepEqual(
    lines.flatMap((line) => /^http-request set-src req\.hdr_ip\(x-forwarded-for,(-\d+)\) /.exec(line)?.[1] ?? []),
    ['-2', '-3', '-4', '-5', '-6'],
  )
  assert.equal(lines.filter((line) => line.startsWith('http-request set-src str(0.0.0.0) if trusted ')).length, 5)
  assert.ok(placeOf(lines, 'http-request add-header X-Forwarded-For') < placeOf(lines, 'http-request set-src '))
  for (const line of HTTP) assert.doesNotMatch(line, /trusted|set-src/)
})

test('however many are trusted, each stands in a line that HAProxy has room for', () => {
  const trusted = Array.from({ length: 101 }, (_, at) => `10.0.0.${at}`)
  const acls = linesOf(portOf(80, 'http'), { trusted }).flatMap(
    (line) => /^acl trusted src ?(.*)$/.exec(line)?.[1] ?? [],
  )
  assert.deepEqual(
    acls.map((ranges) => ranges.split(' ').length),
    [40, 40, 21],
  )
  assert.equal(acls.join(' '), trusted.join(' '))
})

test('requests are written to the log, and counted by rule, where the site says so', () => {
  assert.deepEqual(
    HTTP.filter((line) => /^log|stick|track-sc0|sc-inc-gpc|txn\.(?:served|method|path)\b/.test(line)),
    [],
  )
  const logged = linesOf(portOf(80, 'http'), { accessLog: 'json' })
  assert.ok(logged.includes('log stdout format raw local0'))
  assert.ok(logged.some((line) => line.startsWith("log-format '{")))
  assert.ok(!logged.some((line) => line.includes('track-sc0')))
  const counted = linesOf(portOf(80, 'http'), { requestMetrics: 'rule' })
  const tracks = counted.filter((line) => line.startsWith('http-request track-sc0 '))
  assert.deepEqual(tracks, [
    'http-request track-sc0 var(txn.to) table rules if { var(txn.to) -m beg http }',
    'http-request track-sc0 var(txn.counted) table rules if { var(txn.counted) -m found }',
    'http-request track-sc0 var(txn.to) table rules',
  ])
  assert.ok(counted.indexOf(tracks[0]!) < counted.indexOf(ALLOWED))
  assert.ok(counted.includes('http-response sc-inc-gpc(0,0) if { status 200:299 }'))
  assert.ok(counted.includes('http-response sc-inc-gpc(1,0) if { status 300:399 }'))
  assert.ok(!counted.some((line) => line.startsWith('log')))
})

test('what the program answers is answered whether it is counted or not', () => {
  const reply = 'http-request lua.reply if { var(txn.counted) -m found }'
  const counted = linesOf(portOf(80, 'http'), { requestMetrics: 'rule' })
  const count = 'http-request sc-inc-gpc(2,0) if { var(txn.counted) -m found }'
  assert.ok(counted.indexOf(count) > 0 && counted.indexOf(count) < counted.indexOf(reply))
  assert.ok(HTTP.includes(reply) && !HTTP.includes(count))
})

test('what has a deadline goes round, all else to the slot that it is for', () => {
  assert.deepEqual(HTTP.slice(-2), [
    'use_backend timed if { var(txn.deadline) -m found }',
    'use_backend %[var(txn.to),field(1,;)]',
  ])
})

/** What a line of the configuration holds against requests, as JavaScript writes it: without what only makes it faster. */
const expressionsOf = (start: string, flags = '') =>
  Array.from(HTTP[placeOf(HTTP, start)]!.matchAll(/-m reg '(.*?)' }/g), ([, expression = '']) => {
    const body = expression.replace(/^\(\?m\)/, '').replaceAll(/([+*?}])\+/g, '$1')
    // Lines begin behind ends of lines, and the first of them where nothing is before.
    return new RegExp(body.replaceAll('\\A', '(?<![^])'), flags)
  })

test('the program looks at targets that are no path, or not written as they are matched', () => {
  const line = HTTP[placeOf(HTTP, 'http-request lua.clean unless')]!
  const [plain, plainBehindHost] = expressionsOf('http-request lua.clean unless')
  const conditions = line.replaceAll(/'.*?'/g, '…').slice('http-request lua.clean unless '.length)
  const [http2, matched] = ['{ fc_http_major 2 }', '{ url -m reg … }']
  assert.equal(conditions, `${matched} || ${http2} ${matched}`)
  for (const path of [
    '/',
    '/foo/bar.html',
    '/foo/',
    '/a..b',
    '/a/b?c=%zz/../d',
    '/~a;b=c,d:e=f>g@h',
    '/?',
    '/a?b?c/.',
  ]) {
    assert.match(path, plain!)
    for (const before of ['http://a.test', 'https://a.test:8080', 'https://[fd00::1]']) {
      assert.match(before + path, plainBehindHost!)
      assert.doesNotMatch(before + path, plain!)
    }
    for (const before of ['file://a.test', 'httpx://a.test', 'http://u@a.test', ''])
      assert.doesNotMatch(before + path, plainBehindHost!)
  }
  for (const path of [
    '',
    '*',
    '?',
    '/../b',
    '/./b',
    '/.hidden',
    '/a//b',
    '//',
    '/%61',
    '/a%2fb',
    '/a\\b',
    '/a#b',
    '/ä',
  ]) {
    assert.doesNotMatch(path, plain!)
    assert.doesNotMatch(`https://a.test${path}`, plainBehindHost!)
  }
})

test('the program looks at headers that are about more than the request itself', () => {
  const [odd] = expressionsOf('http-request lua.vet if', 'm') as [RegExp]
  const headers = (...lines: readonly string[]) => [...lines, ''].join('\r\n')
  for (const host of [
    ...['a.test', 'A_b-c.Test.', 'a.test:8080', 'a.test:', '10.0.0.1', '[fd00::1]', '[fd00::1]:8080', 'localhost'],
    'a'.repeat(253),
  ])
    assert.doesNotMatch(headers('accept: */*', `host: ${host}`, 'via: x'), odd, host)
  for (const host of [
    ...['', 'a/b', 'a.test,b.test', 'a..test', 'a.test..', '.test', 'a.test:123456', 'a.test:80a', 'fd00::1', 'a b'],
    ...['u@a.test', 'a'.repeat(254), `${'a.'.repeat(8000)}:80`],
  ])
    assert.match(headers('accept: */*', `host: ${host}`, 'via: x'), odd, host)
  for (const lines of [[], ['accept: */*'], ['accept: */*', 'x-host: a.test', 'via: host:']])
    assert.match(headers(...lines), odd, 'none')
  for (const line of [
    'x-forwarded-for: 10.0.0.1',
    'x_forwarded-proto: https',
    'x-fairlead-slot: http-1',
    'x_fairlead_slot: http-1',
    'forwarded: for=10.0.0.1',
    'x-real-ip: 10.0.0.1',
    'x_real_ip: 10.0.0.1',
    'upgrade: websocket',
    'connection: x-forwarded-for',
    'transfer-encoding: chunked',
    'connection: close, x-token',
  ]) {
    assert.match(headers(line), odd)
    assert.match(headers('host: a.test', line, 'accept: */*'), odd)
  }
  for (const line of [
    'accept: text/html, */*',
    'x-forward: 1',
    'via: 1.1 forwarded:',
    'connection: close',
    'connection: Keep-Alive',
    'connection: upgrade',
    'connection: keep-alive, Upgrade',
  ])
    assert.doesNotMatch(headers('host: a.test', line, 'accept: */*'), odd)
})
