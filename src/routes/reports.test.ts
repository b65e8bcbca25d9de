import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PodReport, readReports, refusalsOf, reportText, servedBy, servedOf, waitingOf } from './reports.ts'

const configMap = (data: Record<string, string>) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fairlead-gateway' }, data }) as const
const gateway = { kind: 'Gateway', namespace: 'shop', name: 'public' }
const report = (
  refused: Record<string, string>,
  served: PodReport['served'] = new Map(),
  waiting: Record<string, string> = {},
): PodReport => ({
  served,
  refused: new Map(Object.entries(refused)),
  waiting: new Map(Object.entries(waiting)),
})
const serving = (generation: number, ...ports: readonly number[]): PodReport =>
  report({}, new Map([['Gateway shop/public', { generation, ports }]]))

const refusing = (namespace: string, count: number, words: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`HTTPRoute ${namespace}/r${at} 0`, words]))

test('what a pod writes is read back, together with what other pods say, and what is no text is passed over', () => {
  const data = {
    a: reportText(report({ 'HTTPRoute shop/cart 0': 'bad regex' })),
    b: reportText(report({ x: 'y', 'HTTPRoute shop/cart 0': 'another word' })),
    c: '{"refused":{"z":5,"w":"words"},"served":{"Gateway a/b":["1",80]}}',
    d: 'no JSON',
    e: 'null',
    f: '{"of":"an older version"}',
    g: reportText(serving(3, 80, 443)),
    h: '{"served":{"Gateway a/b":[],"Gateway a/c":{"generation":1}}}',
    i: '{"waiting":{"HTTPRoute a/b 0":"as older versions say it","words":[1,"HTTPRoute a/b 1"],"more":{"a":"b"}}}',
  }
  const all = readReports(configMap(data), () => true)
  assert.deepEqual(Object.fromEntries(refusalsOf(all.values())), {
    'HTTPRoute shop/cart 0': 'bad regex',
    x: 'y',
    w: 'words',
  })
  assert.deepEqual(all.get('g'), serving(3, 80, 443))
  assert.deepEqual([...all.get('i')!.waiting], [['HTTPRoute a/b 1', 'words']])
  assert.deepEqual([all.get('c')?.served.size, all.get('h')?.served.size], [0, 0])
  assert.deepEqual(
    [...readReports(configMap({ b: data.b, a: data.a }), () => true).keys()],
    ['a', 'b'],
    'whoever wrote first',
  )
  assert.equal(readReports(undefined, () => true).size, 0)
})

test('what waits is told apart from what is refused', () => {
  const data = {
    a: reportText(report({ 'HTTPRoute shop/cart 0': 'bad regex' }, new Map(), { 'HTTPRoute shop/cart 1': 'once' })),
    b: reportText(report({}, new Map(), { 'HTTPRoute shop/cart 1': 'another word', x: 'y' })),
  }
  const all = [...readReports(configMap(data), () => true).values()]
  assert.deepEqual(Object.fromEntries(refusalsOf(all)), { 'HTTPRoute shop/cart 0': 'bad regex' })
  assert.deepEqual(Object.fromEntries(waitingOf(all)), { 'HTTPRoute shop/cart 1': 'once', x: 'y' })
})

test('what a pod said that is gone counts no more, and the same report is the same text', () => {
  const data = { gone: reportText(report({ x: 'y' })) }
  assert.equal(readReports(configMap(data), (pod) => pod !== 'gone').size, 0)
  assert.equal(reportText(report({ b: '1', a: '2' })), reportText(report({ a: '2', b: '1' })))
})

test('a generation is served at a port when each pod that has said something serves it there', () => {
  const by = (...reports: readonly PodReport[]) => servedBy(reports, gateway, 80)
  assert.equal(by(serving(3, 80)), 3)
  assert.equal(by(serving(3, 443)), undefined)
  assert.equal(by(), undefined)
  assert.equal(by(serving(3, 80), serving(2, 80)), 2)
  assert.equal(by(serving(3, 80), serving(3, 443)), undefined)
  assert.equal(by(serving(3, 80), report({})), 3, 'who has just come')
  assert.equal(servedBy([serving(3, 80)], { ...gateway, kind: 'ListenerSet' }, 80), undefined)
})

test('whether what has no room is served nobody tells, but where a pod tells that it is not', () => {
  const set = { kind: 'ListenerSet', namespace: 'shop', name: 'more' }
  const full = { ...serving(3, 80), untold: 1 }
  const by = (...reports: readonly PodReport[]) => servedBy(reports, set, 80)
  assert.equal(by(full), 'untold')
  assert.equal(by(full, report({}, new Map([['ListenerSet shop/more', { generation: 2, ports: [80] }]]))), 'untold')
  assert.equal(by(full, serving(3, 80)), undefined)
  assert.equal(servedBy([full], gateway, 80), 3)
  assert.equal(servedBy([full], gateway, 81), undefined, 'what is told of it is all of it')
})

test('a new Gateway that a pod does not serve yet is waited for, though ListenerSets have no room', () => {
  const owners = (kind: string, count: number): PodReport['served'] =>
    new Map(
      Array.from({ length: count }, (_, at) => [
        `${kind} shop/${at}${'n'.repeat(240)}`,
        { generation: 1, ports: [80] },
      ]),
    )
  const readOf = (served: PodReport['served']): Iterable<PodReport> =>
    readReports(configMap({ a: reportText(report({}, served)) }), () => true).values()
  const sets = readOf(new Map([...owners('Gateway', 3), ...owners('ListenerSet', 500)]))
  assert.equal(servedBy(sets, gateway, 80), undefined)
  const more = { kind: 'ListenerSet', namespace: 'shop', name: 'more' }
  assert.equal(servedBy(readOf(owners('ListenerSet', 500)), more, 80), 'untold')
  assert.equal(servedBy(readOf(owners('Gateway', 500)), gateway, 80), 'untold', 'it may be one of those')
})

test('whatever is served, Gateways are told first and namespaces take turns', () => {
  const owners = (kind: string, namespace: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${kind} ${namespace}/${String(at).padStart(5, '0')}${'n'.repeat(240)}`)
  const ids = [...owners('ListenerSet', 'bad', 4000), ...owners('Gateway', 'bad', 20), ...owners('Gateway', 'shop', 2)]
  const good = [...owners('ListenerSet', 'shop', 3), 'ListenerSet zoo/more', 'Gateway zoo/gw']
  const served = new Map([...ids, ...good].map((id) => [id, { generation: 12, ports: [80, 443] }]))
  const text = reportText(report({}, served))
  const octets = Buffer.byteLength(text)
  assert.ok(octets < 31_000, `${octets} octets`)
  const [told = report({})] = readReports(configMap({ a: text }), () => true).values()
  for (const id of [...good, ...ids.slice(4000)]) assert.deepEqual(told.served.get(id), served.get(id), id)
  assert.equal(told.served.size + (told.untold ?? 0), served.size)
  assert.ok(told.served.size > 100)
  assert.equal(reportText(report({}, new Map([...served].reverse()))), text)
})

test('namespaces take turns by their whole names', () => {
  const refused = { ...refusing('sa', 100, 'w'.repeat(500)), ...refusing('sb', 100, 'w'.repeat(500)) }
  const [told] = readReports(configMap({ a: reportText(report(refused)) }), () => true).values()
  const counts = ['sa', 'sb'].map((ns) => [...told!.refused.keys()].filter((id) => id.includes(` ${ns}/`)).length)
  assert.ok(Math.abs(counts[0]! - counts[1]!) <= 1 && counts[1]! > 10, counts.join())
})

test('of a table each Gateway and ListenerSet is served at the ports of its own listeners', () => {
  const set = { kind: 'ListenerSet', namespace: 'shop', name: 'more' }
  const listener = (origin: object) => ({ origin })
  const sites = [
    {
      origin: gateway,
      ports: [
        { port: 80, listeners: [listener(gateway), listener(set)] },
        { port: 443, listeners: [listener(gateway)] },
      ],
    },
    { origin: { kind: 'IngressClass', name: 'fairlead' }, ports: [{ port: 80, listeners: [] }] },
  ]
  const generations = new Map([
    ['Gateway shop/public', 4],
    ['ListenerSet shop/more', 1],
    ['Gateway shop/other', 2],
  ])
  assert.deepEqual(
    servedOf({ sites } as never, generations),
    new Map([
      ['Gateway shop/public', { generation: 4, ports: [80, 443] }],
      ['ListenerSet shop/more', { generation: 1, ports: [80] }],
    ]),
  )
})

test('whatever is refused and waits, what is served finds room', () => {
  const many = refusing('shop', 5000, '"\u00e9'.repeat(4500))
  const served = new Map([['Gateway shop/public', { generation: 3, ports: [80] }]])
  const text = reportText(report(many, served, many))
  const octets = Buffer.byteLength(text)
  assert.ok(octets < 23_000, `${octets} octets`)
  const [told] = readReports(configMap({ a: text }), () => true).values()
  assert.deepEqual(told?.served, served)
  const sizes = (one: PodReport | undefined) => [one?.refused.size, one?.waiting.size]
  assert.ok(sizes(told).every((size) => size! > 10))
  const [waits] = readReports(configMap({ a: reportText(report({ x: 'y' }, served, many)) }), () => true).values()
  assert.deepEqual(sizes(waits), [1, sizes(told)[1]], 'neither takes the room of the other')
})

test('what a namespace has refused hides nothing of others, in whatever order it came', () => {
  const ids = (refused: Record<string, string>): readonly string[] => {
    const [told] = readReports(configMap({ a: reportText(report(refused)) }), () => true).values()
    return [...told!.refused.keys()]
  }
  const bad = refusing('bad', 1000, 'w'.repeat(500))
  const good = { 'Gateway shop/gw https': 'key too small', 'Gateway shop/gw late': 'no', 'HTTPRoute other/r 0': 'no' }
  const told = ids({ ...bad, ...good })
  for (const id of Object.keys(good)) assert.ok(told.includes(id), id)
  assert.ok(told.length > 100, 'and of its own as much as finds room')
  const again = Object.fromEntries(Object.entries({ ...good, ...bad }).reverse())
  assert.deepEqual(ids(again), told)
})

test('what waits is told in whole words, also where it is much, and namespaces take turns', () => {
  const [once, nothing] = ['is tried once meanwhile '.repeat(10), 'is asked nothing meanwhile '.repeat(8)]
  const many = { ...refusing('bad', 1000, once), ...refusing('shop', 50, once), ...refusing('zoo', 40, nothing) }
  const text = reportText(report({}, new Map(), many))
  const octets = Buffer.byteLength(text)
  assert.ok(octets < 7_100, `${octets} octets`)
  const [told = report({})] = readReports(configMap({ a: text }), () => true).values()
  const waits = (id: string) => told.waiting.get(id)
  for (let at = 0; at < 50; at++) assert.equal(waits(`HTTPRoute shop/r${at} 0`), once)
  for (let at = 0; at < 40; at++) assert.equal(waits(`HTTPRoute zoo/r${at} 0`), nothing)
  assert.ok(told.waiting.size > 200, `${told.waiting.size}`)
  const again = Object.fromEntries(Object.entries(many).reverse())
  assert.equal(reportText(report({}, new Map(), again)), text, 'in whatever order it came')
})

test('words are cut shorter only where all of them find no room', () => {
  const lengths = (count: number) => {
    const [told] = readReports(
      configMap({ a: reportText(report(refusing('shop', count, 'w'.repeat(500)))) }),
      () => true,
    ).values()
    return [...new Set(Array.from(told!.refused.values(), ({ length }) => length))]
  }
  assert.deepEqual([lengths(30), lengths(45)], [[400], [100]])
})
