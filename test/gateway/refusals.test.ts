import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Wanted } from '../../src/gateway/haproxy/isolate.ts'
import { certificate, shownCertificate } from './certificates.ts'
import { get, type HandPlan, HaproxyUnderTest, handPlan, skip, startServers } from './haproxy-under-test.ts'

/** Certificates and entries of the list are parts. */
const inParts = (plan: HandPlan & Required<Pick<HandPlan, 'certificates' | 'list' | 'lines'>>): Wanted => ({
  parts: () => new Map([...Object.entries(plan.certificates), ...Object.entries(plan.list)]),
  compile: (without) => {
    const kept = <T>(all: Readonly<Record<string, T>>) =>
      Object.fromEntries(Object.entries(all).filter(([id]) => !without.has(id)))
    return handPlan({
      ...plan,
      certificates: kept(plan.certificates),
      lines: plan.lines.filter((line) => !without.has(line.certificate)),
      list: kept(plan.list),
    })
  },
})

test('a certificate and an expression that HAProxy refuses are left out and told, all else is served', {
  skip,
}, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [a] = await startServers(t, 1)
  under.servers.set('A', [a!])
  const names = Array.from({ length: 12 }, (_, at) => `n${at}.test`)
  const good = {
    routes: { '/a': 's0' },
    list: { '^/x$': 's0' },
    backends: { s0: 'A' },
    certificates: Object.fromEntries(names.slice(0, 8).map((name) => [`certificates/${name}.pem`, certificate(name)])),
    lines: names.slice(0, 8).map((name) => ({ certificate: `certificates/${name}.pem`, names: [name] })),
  }
  under.proxy.set(inParts(good))
  await under.proxy.settled()
  await under.start()
  assert.equal(await shownCertificate('n3.test'), 'CN=n3.test')

  const odd =
    certificate('n9.test').replace(/-----BEGIN PRIVATE KEY-----[\s\S]*/, '') + keyOf(certificate('other.test'))
  const bad = {
    ...good,
    routes: { '/a': 's0', '/b': 's0' },
    list: { '^/x$': 's0', '^/(y$': 's0', '^/z$': 's0' },
    certificates: {
      ...good.certificates,
      'certificates/n8.test.pem': certificate('n8.test'),
      'certificates/n9.test.pem': odd,
      'certificates/n10.test.pem': 'no certificate',
    },
    lines: [
      ...good.lines,
      ...['n8', 'n9', 'n10'].map((name) => ({ certificate: `certificates/${name}.test.pem`, names: [`${name}.test`] })),
    ],
  }
  under.proxy.set(inParts(bad))
  await under.proxy.settled()
  assert.equal(under.proxy.fault, undefined)
  assert.deepEqual([...under.proxy.refused.keys()].sort(), [
    '^/(y$',
    'certificates/n10.test.pem',
    'certificates/n9.test.pem',
  ])
  for (const [id, words] of under.proxy.refused)
    assert.match(words, /regex|certificate|private key|PEM/i, `${id}: ${words}`)
  assert.equal(await shownCertificate('n8.test'), 'CN=n8.test')
  assert.deepEqual([await get('/b'), await get('/z'), await get('/y')], ['200 e0', '200 e0', '404 '])
  assert.equal(under.proxy.reloads, 0)

  // A restart finds nothing that it refuses.
  under.driveAgain()
  under.proxy.set(inParts(bad))
  await under.serving()
  assert.equal(under.proxy.refused.size, 3)
  assert.equal(under.proxy.reloads, 0)

  // What is mended is served.
  under.proxy.set(
    inParts({
      ...bad,
      list: { '^/x$': 's0', '^/(y)$': 's0' },
      certificates: { ...bad.certificates, 'certificates/n9.test.pem': certificate('n9.test') },
    }),
  )
  await under.proxy.settled()
  assert.deepEqual([...under.proxy.refused.keys()], ['certificates/n10.test.pem'])
  assert.equal(await shownCertificate('n9.test'), 'CN=n9.test')
  assert.deepEqual([await get('/y'), await get('/z')], ['200 e0', '404 '])
})

test('what there is no line of a file for is left out and told, before HAProxy comes and after', {
  skip,
}, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [a] = await startServers(t, 1)
  under.servers.set('A', [a!])
  const plan = (list: Readonly<Record<string, string>>) =>
    inParts({ routes: { '/a': 's0' }, list, backends: { s0: 'A' }, certificates: {}, lines: [] })
  under.proxy.set(plan({ '^/x$': 's0', '^/y$': 's0 ' }))
  await under.proxy.settled()
  await under.start()
  const odd = /^an entry of a map is no line/
  assert.match(under.proxy.refused.get('^/y$') ?? '', odd)
  assert.deepEqual([await get('/x'), await get('/y')], ['200 e0', '404 '])
  under.proxy.set(plan({ '^/x$': 's0', '^/y$': 's0', '^/z$': `s0${'x'.repeat(31_000)}`, '^/w$': 's0' }))
  await under.proxy.settled()
  assert.equal(under.proxy.fault, undefined)
  assert.deepEqual([...under.proxy.refused.keys()], ['^/z$'])
  assert.deepEqual([await get('/y'), await get('/w')], ['200 e0', '200 e0'])
})

test('certificates come, change and go while HAProxy runs', { skip }, async (t) => {
  const under = new HaproxyUnderTest(t)
  const plan = (certificates: Record<string, string>) => ({
    certificates,
    lines: Object.keys(certificates).map((name) => ({ certificate: name, names: [`${name.slice(13, -4)}`] })),
  })
  const first = certificate('a.test')
  await under.set(plan({ 'certificates/a.test.pem': first }))
  await under.start()
  await under.set(plan({ 'certificates/a.test.pem': first, 'certificates/b.test.pem': certificate('b.test') }))
  assert.equal(await shownCertificate('b.test'), 'CN=b.test')
  await under.set(
    plan({ 'certificates/a.test.pem': certificate('renewed'), 'certificates/b.test.pem': certificate('b.test') }),
  )
  assert.equal(await shownCertificate('a.test'), 'CN=renewed')
  await under.set(plan({ 'certificates/b.test.pem': certificate('b.test') }))
  await assert.rejects(shownCertificate('a.test'))
  assert.equal(await shownCertificate('b.test'), 'CN=b.test')
  assert.equal(under.proxy.reloads, 0)
})

test('the certificate for all other names stays the first of its list, and is renewed and adopted as it is', {
  skip,
}, async (t) => {
  const under = new HaproxyUnderTest(t)
  const [all, named] = ['certificates/default-10000.pem', 'certificates/b.test.pem'] as const
  const [one, second] = [certificate('all'), certificate('b.test')]
  const plan = (forAll: string, ...names: readonly string[]) => ({
    certificates: { [all]: forAll, ...(names.length > 0 && { [named]: second }) },
    lines: [{ certificate: all, names: ['!*'] }, ...(names.length > 0 ? [{ certificate: named, names }] : [])],
    isDefault: true,
  })
  await under.set(plan(second, 'b.test'))
  await under.start()
  assert.equal(await shownCertificate('unknown.test'), 'CN=b.test')
  await under.set(plan(one, 'b.test'))
  assert.deepEqual([await shownCertificate('unknown.test'), await shownCertificate('b.test')], ['CN=all', 'CN=b.test'])
  await under.set(plan(one))
  assert.equal(await shownCertificate('b.test'), 'CN=all')
  under.driveAgain()
  await under.set(plan(one, 'b.test', '*.b.test'))
  assert.deepEqual(
    [await shownCertificate('unknown.test'), await shownCertificate('a.b.test')],
    ['CN=all', 'CN=b.test'],
  )
  assert.equal(under.proxy.reloads, 0)
})

const keyOf = (pem: string): string => pem.slice(pem.indexOf('-----BEGIN PRIVATE KEY'))
