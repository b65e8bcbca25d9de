import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { nslookup } from './nslookup.ts'
import { parseNslookup } from './nslookup-options.ts'
import { namesToTry, readResolverConfig } from './resolver-config.ts'

const label = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])
const wire = (name: string): Buffer => Buffer.concat([...name.split('.').map(label), Buffer.from([0])])
const numbers = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, at * 2)
  return bytes
}
const [A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV] = [1, 2, 5, 6, 12, 15, 16, 28, 33]
const DB = 'db.prod.svc.cluster.local'
const TIMES = numbers(0, 7, 0, 8, 0, 9, 0, 10, 0, 11)
/** What there is: name, type, data. A name that is not here is NXDOMAIN within the zone, and refused outside of it. */
const RECORDS: readonly (readonly [string, number, Buffer])[] = [
  ['kubernetes.default.svc.cluster.local', A, Buffer.from([10, 96, 0, 1])],
  [DB, A, Buffer.from([10, 96, 0, 9])],
  [DB, AAAA, Buffer.from([0xfd, ...Array<number>(14).fill(0), 9])],
  ['_http._tcp.db.prod.svc.cluster.local', SRV, Buffer.concat([numbers(0, 50, 80), wire(DB)])],
  ['alias.prod.svc.cluster.local', CNAME, wire(DB)],
  ['away.prod.svc.cluster.local', CNAME, wire('www.example.com')],
  ['round.prod.svc.cluster.local', CNAME, wire('round.prod.svc.cluster.local')],
  ['9.0.96.10.in-addr.arpa', PTR, wire(DB)],
  [`9.${'0.'.repeat(29)}d.f.ip6.arpa`, PTR, wire(DB)],
  ['cluster.local', NS, wire('ns.cluster.local')],
  ['cluster.local', MX, Buffer.concat([numbers(5), wire('mail.cluster.local')])],
  ['cluster.local', TXT, Buffer.concat([label('one'), label('two')])],
  ['cluster.local', SOA, Buffer.concat([wire('ns.cluster.local'), wire('admin.cluster.local'), TIMES])],
]
const asked: string[] = []
const answer = (query: Buffer): Buffer => {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const name = labels.join('.')
  const type = query.readUInt16BE(at + 1)
  asked.push(name)
  const found = RECORDS.filter(([owner, one]) => owner === name && one === type)
  const there = RECORDS.some(([owner]) => owner === name)
  const rcode = there ? 0 : name.startsWith('broken.') ? 2 : /\.(local|arpa)$/.test(name) ? 3 : 5
  const head = Buffer.concat([query.subarray(0, 2), numbers(0x8180 | rcode, 1, found.length, 0, 0)])
  const records = found.map(([, , data]) => Buffer.concat([numbers(0xc00c, type, 1, 0, 30, data.length), data]))
  return Buffer.concat([head, query.subarray(12, at + 5), ...records])
}

let server: Socket
before(async () => {
  server = createSocket('udp4').bind(0, '127.0.0.1')
  server.on('message', (query, { port, address }) => server.send(answer(query), port, address))
  await once(server, 'listening')
})
after(() => server.close())

const POD = 'search prod.svc.cluster.local svc.cluster.local cluster.local\nnameserver 127.0.0.1\noptions ndots:5\n'
const lookBy = async (resolvConf: string, ...words: readonly string[]) => {
  const said = { out: '', err: '' }
  const to = (name: 'out' | 'err') => ({
    write: (text: string | Uint8Array) => {
      said[name] += String(text)
      return true
    },
  })
  const status = await nslookup(words, to('out'), to('err'), resolvConf)
  return [status, said.out, said.err] as const
}
const look = async (...words: readonly string[]) => {
  const { port } = server.address()
  const [status, out, err] = await lookBy(POD, `-port=${port}`, ...words)
  return [status, out.replace(`Server:\t\t127.0.0.1\nAddress:\t127.0.0.1:${port}\n\n`, ''), err] as const
}

test('a name is found by the search domains, with a dot or without, and what is found is all that is said', async () => {
  const kubernetes = 'Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n'
  for (const name of ['kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local'])
    assert.deepEqual(await look(name), [0, kubernetes, ''], name)
  const db = `Name:\t${DB}\nAddress: 10.96.0.9\nName:\t${DB}\nAddress: fd00::9\n\n`
  for (const name of ['db', 'db.prod', `${DB}.`]) assert.deepEqual(await look(name), [0, db, ''], name)
  assert.deepEqual(await look('db', '127.0.0.1'), [0, db, ''], 'of a server that is named')
})

test('the header says which server was asked, and it is asked no more than it takes', async () => {
  asked.length = 0
  const { port } = server.address()
  const [, out] = await lookBy(POD, `-port=${port}`, '-type=a', 'db.prod')
  assert.equal(out, `Server:\t\t127.0.0.1\nAddress:\t127.0.0.1:${port}\n\nName:\t${DB}\nAddress: 10.96.0.9\n\n`)
  assert.deepEqual(asked, ['db.prod.prod.svc.cluster.local', DB])
})

test('a name that is not there, or has not what is asked, is told with what the server said, and status 1', async () => {
  assert.deepEqual(await look('nobody.svc.cluster.local.'), [
    1,
    "** server can't find nobody.svc.cluster.local.: NXDOMAIN\n\n",
    '',
  ])
  assert.deepEqual(await look('nobody.prod'), [1, "** server can't find nobody.prod: REFUSED\n\n", ''])
  assert.deepEqual(await look('broken.zone.'), [1, "** server can't find broken.zone.: SERVFAIL\n\n", ''])
  assert.deepEqual(await look('-type=mx', 'db'), [1, "*** Can't find db: No answer\n\n", ''])
  assert.deepEqual(await look('-type=aaaa', 'kubernetes.default'), [
    1,
    "*** Can't find kubernetes.default: No answer\n\n",
    '',
  ])
})

test('what a name stands for is told before its addresses, also where these are not known', async () => {
  const [, alias] = await look('alias')
  assert.equal(
    alias,
    `alias.prod.svc.cluster.local\tcanonical name = ${DB}\nName:\t${DB}\nAddress: 10.96.0.9\nName:\t${DB}\nAddress: fd00::9\n\n`,
  )
  const away = 'away.prod.svc.cluster.local\tcanonical name = www.example.com\n\n'
  assert.deepEqual(await look('away'), [0, away, ''])
  assert.deepEqual(await look('-type=CNAME', 'away'), [0, away, ''])
  const [status, round] = await look('round')
  assert.deepEqual([status, round.match(/canonical name/g)?.length], [0, 8], 'a circle comes to an end')
})

test('every type that is known is written, and an address is looked for by its reverse name', async () => {
  const said = async (type: string, name: string) => (await look(`-type=${type}`, name))[1].trimEnd()
  assert.equal(await said('srv', '_http._tcp.db'), `_http._tcp.${DB}\tservice = 0 50 80 ${DB}`)
  assert.equal(await said('ns', 'cluster.local.'), 'cluster.local\tnameserver = ns.cluster.local')
  assert.equal(await said('mx', 'cluster.local.'), 'cluster.local\tmail exchanger = 5 mail.cluster.local')
  assert.equal(await said('txt', 'cluster.local.'), 'cluster.local\ttext = "one" "two"')
  assert.equal(
    await said('soa', 'cluster.local.'),
    'cluster.local\n\torigin = ns.cluster.local\n\tmail addr = admin.cluster.local\n' +
      '\tserial = 7\n\trefresh = 8\n\tretry = 9\n\texpire = 10\n\tminimum = 11',
  )
  assert.deepEqual(await look('10.96.0.9'), [0, `9.0.96.10.in-addr.arpa\tname = ${DB}\n\n`, ''])
  assert.deepEqual(await look('fd00::9'), [0, `9.${'0.'.repeat(29)}d.f.ip6.arpa\tname = ${DB}\n\n`, ''])
})

test('where nobody answers, it says so as soon as its time is over, and asks the next server', async () => {
  const deaf = createSocket('udp4').bind(0, '127.0.0.2')
  await once(deaf, 'listening')
  let tries = 0
  deaf.on('message', () => tries++)
  const silence = ';; connection timed out; no servers could be reached\n\n'
  const words = [`-port=${deaf.address().port}`, '-timeout=1', '-retry=1', '-type=a', 'db.prod']
  assert.deepEqual([...(await lookBy('nameserver 127.0.0.2\n', ...words)), tries], [1, silence, '', 1])
  deaf.close()
  // Nobody is at that address now: refused, and the next is asked.
  const port = `-port=${server.address().port}`
  const [status, out] = await lookBy(`nameserver 127.0.0.3\n${POD}`, port, '-retry=1', 'db')
  assert.equal(status, 0)
  assert.match(out, /^Server:\t\t127\.0\.0\.1\n/)
})

test('what is asked and not here is refused by name', async () => {
  for (const [words, message] of [
    [['-type=any', 'db'], /^nslookup: -type=any: known types are a, aaaa, cname, /],
    [['-debug', 'db'], /^nslookup: -debug: known are -type=/],
    [['-timeout=0', 'db'], /^nslookup: -timeout=0: a number from 1 to 3600/],
    [['-retry=x', 'db'], /^nslookup: -retry=x: a number/],
    [[], /^nslookup: one name is asked/],
    [['a', 'b', 'c'], /^nslookup: one name is asked/],
    [['a..b'], /^nslookup: 'a\.\.b\.prod\.svc\.cluster\.local' is no name/],
    [['db', 'nobody.invalid'], /^nslookup: can't resolve 'nobody\.invalid', the server/],
  ] as const) {
    const [status, out, err] = await look(...words)
    assert.deepEqual([status, out], [1, ''])
    assert.match(err, message)
  }
  assert.equal(parseNslookup(['-q=SRV', 'x'], ['srv']).type, 'srv')
})

test('names are tried in the order of the C library', () => {
  const pod = readResolverConfig(POD)
  assert.deepEqual(namesToTry('a.b', { ...pod, searches: ['x.', '.'] }), ['a.b.x', 'a.b'])
  assert.deepEqual(namesToTry('a.b.', pod), ['a.b'])
  assert.deepEqual(namesToTry('.', pod), ['.'])
  assert.deepEqual(namesToTry('a.b', { ...pod, ndots: 1, searches: ['x'] }), ['a.b', 'a.b.x'])
  assert.deepEqual(readResolverConfig('domain a\noptions timeout:1 rotate attempts:3\n# nameserver 1.1.1.1\n'), {
    servers: ['127.0.0.1'],
    searches: ['a'],
    ndots: 1,
    timeout: 1,
    attempts: 3,
  })
})
