import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { findRefused, type Search, type Wanted } from './isolate.ts'
import { Refusals } from './refusals.ts'

/** Parts whose plan's text is the list of them. */
const wanted = (parts: Readonly<Record<string, string>>): Wanted => ({
  parts: () => new Map(Object.entries(parts)),
  compile: (without) =>
    ({
      config: Object.keys(parts)
        .filter((id) => !without.has(id))
        .join(' '),
    }) as Partial<ProxyPlan> as ProxyPlan,
})
const search = (...suspects: readonly string[]): Search => ({
  suspects: new Set(suspects),
  leftOut: new Set(),
})
const many = Object.fromEntries(Array.from({ length: 64 }, (_, at) => [`p${at}`, 'text']))

/** What is refused where all of these are there together. */
const checking = (...bad: readonly (readonly string[])[]) => {
  const checks: string[] = []
  return {
    checks,
    check: async ({ config }: ProxyPlan) => {
      checks.push(config)
      const ids = config.split(' ')
      return bad.find((all) => all.every((id) => ids.includes(id)))?.join('+')
    },
  }
}

test('who is refused is found among many with few questions, each with its own words', async () => {
  const { check, checks } = checking(['p3'], ['p40'])
  const found = await findRefused(wanted(many), search(), check)
  assert.deepEqual(
    found?.refused,
    new Map([
      ['p3', 'p3'],
      ['p40', 'p40'],
    ]),
  )
  assert.equal(found?.notAsked.size, 0)
  assert.ok(checks.length <= 26, `${checks.length} questions`)
})

test('what has changed is suspected first: the others are asked for once', async () => {
  const { check, checks } = checking(['p3'])
  assert.deepEqual((await findRefused(wanted(many), search('p3', 'p4'), check))?.refused, new Map([['p3', 'p3']]))
  assert.ok(checks.length <= 4, `${checks.length} questions`)
})

test('of two that are refused together one is left out, and what is none of the parts is nobody’s', async () => {
  assert.deepEqual(
    (await findRefused(wanted(many), search(), checking(['p1', 'p50']).check))?.refused,
    new Map([['p50', 'p1+p50']]),
  )
  assert.equal(await findRefused(wanted({ a: '', b: '' }), search(), async () => 'global: unknown keyword'), undefined)
})

const ofNamespace = (namespace: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `Gateway ${namespace}/g${at} web`)

/** A plan whose text is a line for each part that is there. */
const inLines = (ids: readonly string[]): Wanted => ({
  parts: () => new Map(ids.map((id) => [id, 'text'])),
  compile: (without) =>
    ({ config: ids.filter((id) => !without.has(id)).join('\n') }) as Partial<ProxyPlan> as ProxyPlan,
})

test('however many of a namespace are refused, few questions find those of others; of its own some wait', async () => {
  const bad = ofNamespace('bad', 200)
  const good = Array.from({ length: 30 }, (_, at) => ofNamespace(`bad${at}`, 5)).flat()
  let asked = 0
  const check = async ({ config }: ProxyPlan) => {
    asked++
    return config.includes(' bad/') ? 'no' : undefined
  }
  const ids = [...bad, ...good]
  const leftOut = new Set<string>()
  for (let turn = 0; turn < 25; turn++) {
    asked = 0
    const found = await findRefused(inLines(ids), { suspects: new Set(ids), leftOut }, check)
    assert.ok(asked < 40, `${asked} questions`)
    assert.equal(found?.refused.size, 8)
    assert.equal(found.notAsked.size, bad.length - leftOut.size - 8)
    assert.ok([...found.notAsked, ...found.refused.keys()].every((id) => bad.includes(id)))
    for (const id of found.refused.keys()) leftOut.add(id)
  }
  assert.deepEqual(leftOut, new Set(bad))
  // What has been taken before does not wait for what has changed.
  const all = await findRefused(inLines(ids), { suspects: new Set(), leftOut: new Set() }, check)
  assert.deepEqual([new Set(all?.refused.keys()), all?.notAsked.size], [new Set(bad), 0])
})

test('listeners of all Ingresses are asked for by the namespaces that answer for them', async () => {
  const hosts = (namespace: string, count: number) =>
    Array.from(
      { length: count },
      (_, at) => [`IngressClass undefined/fairlead ${at}.${namespace}.test`, namespace] as const,
    )
  const namespaces = new Map<string, string>([...hosts('bad', 12), ...hosts('shop', 3)])
  const ids = [...namespaces.keys()]
  const check = async ({ config }: ProxyPlan) => (config.includes('.bad.test') ? 'no' : undefined)
  const found = await findRefused({ ...inLines(ids), namespaces: () => namespaces }, search(...ids), check)
  assert.equal(found?.refused.size, 8)
  assert.deepEqual(
    [...found.notAsked].filter((id) => namespaces.get(id) !== 'bad'),
    [],
  )
})

test('a listener does not answer for a rule of another namespace that is refused where it is attached', async () => {
  const listener = 'Gateway infra/gw http'
  const rules = ['HTTPRoute team/good 0', 'HTTPRoute shop/bad 0']
  // A rule is written where its listener is.
  const check = async ({ config }: ProxyPlan) =>
    config.includes(listener) && config.includes('shop/bad') ? 'no' : undefined
  for (const ids of [
    [...rules, listener],
    [listener, ...rules],
  ])
    for (const suspects of [[], ids, [listener], [rules[1]!]]) {
      const found = await findRefused(inLines(ids), search(...suspects), check)
      assert.deepEqual([...(found?.refused.keys() ?? [])], ['HTTPRoute shop/bad 0'])
    }
})

const NOBODY: ReadonlySet<string> = new Set()
const found = (...ids: readonly string[]) => ({ refused: new Map(ids.map((id) => [id, 'no'])), notAsked: NOBODY })

test('a refused part is left out until it is another, or until it is time to ask again', async () => {
  const clock = new HandClock()
  const refusals = new Refusals(clock, () => 1)
  const parts = { a: 'one', b: 'one' }
  refusals.note(found('a'), wanted(parts), NOBODY)
  assert.deepEqual(refusals.leftOut(wanted(parts)), new Set(['a']))
  assert.deepEqual(refusals.leftOut(wanted({ ...parts, a: 'two' })), new Set())
  assert.deepEqual(refusals.words, new Map([['a', 'no']]), 'it is told until it is taken')
  await clock.advance(60_000)
  assert.deepEqual(refusals.leftOut(wanted(parts)), new Set())
  // Refused once more, it waits for longer.
  refusals.note(found('a'), wanted(parts), NOBODY)
  assert.equal(refusals.nextTry! - clock.now(), 120_000)
  refusals.note(found('b'), wanted(parts), new Set(['a']))
  assert.deepEqual([...refusals.words.keys()].sort(), ['a', 'b'], 'who was not asked for stays')
  refusals.accepted(new Set())
  assert.deepEqual([refusals.words.size, refusals.nextTry], [0, undefined])
})

test('however many are refused, and whenever, they are tried again together, once a minute', async () => {
  const clock = new HandClock()
  let drawn = 1
  const random = (): number => {
    drawn = (drawn * 48_271) % 2_147_483_647
    return drawn / 2_147_483_647
  }
  const refusals = new Refusals(clock, random)
  const parts = wanted(many)
  const ids = new Set(Object.keys(many))
  for (const id of ids) {
    refusals.note(found(id), parts, ids.difference(new Set([id])))
    await clock.advance(700)
  }
  const tried = new Map<string, number>()
  let searches = 0
  for (const end = clock.now() + 7_200_000; ; searches++) {
    await clock.advance(Math.max(0, refusals.nextTry! - clock.now()))
    if (clock.now() > end) break
    const leftOut = refusals.leftOut(parts)
    const due = [...ids.difference(leftOut)]
    assert.ok(due.length > 0, 'nobody is asked for nothing')
    for (const id of due) tried.set(id, (tried.get(id) ?? 0) + 1)
    refusals.note(found(...due), parts, leftOut)
  }
  assert.ok(searches <= 120, `${searches} searches in two hours`)
  assert.deepEqual(new Set(tried.keys()), ids)
  assert.ok([...tried.values()].every((times) => times >= 5 && times <= 9))
})

test('who is not asked for this time has the words of the last', async () => {
  const clock = new HandClock()
  const refusals = new Refusals(clock, () => 1)
  const parts = wanted({ a: 'one', b: 'one' })
  refusals.note(found('a', 'b'), parts, NOBODY)
  await clock.advance(60_000)
  refusals.note({ refused: new Map([['a', 'no']]), notAsked: new Set(['b']) }, parts, NOBODY)
  assert.deepEqual(refusals.words.get('b'), 'no')
  await clock.advance(60_000)
  assert.deepEqual(refusals.leftOut(parts), new Set(['a']), 'and is asked for soon')
  refusals.note({ refused: new Map(), notAsked: new Set(['b']) }, wanted({ a: 'one', b: 'two' }), new Set(['a']))
  assert.match(refusals.words.get('b')!, /^HAProxy refuses 8 parts of this namespace /)
})

test('of all parts those alone are looked at that are refused', () => {
  const refusals = new Refusals(new HandClock(), () => 1)
  const looks: string[] = []
  const parts = new Map(Object.entries(many))
  const all: Wanted = {
    ...wanted(many),
    parts: () => ({
      keys: () => parts.keys(),
      get: (id) => {
        looks.push(id)
        return parts.get(id)
      },
      [Symbol.iterator]: () => assert.fail('all of them are read'),
    }),
  }
  refusals.note(found('p3', 'p4'), all, NOBODY)
  assert.deepEqual(refusals.leftOut(all), new Set(['p3', 'p4']))
  refusals.note(found('p3'), all, NOBODY)
  assert.deepEqual([...new Set(looks)], ['p3', 'p4'])
})

test('what was not asked for waits as long each time, and what is refused longer and longer', async () => {
  const clock = new HandClock()
  const refusals = new Refusals(clock, () => 1)
  const parts = wanted({ a: 'one', b: 'one' })
  const both = { refused: new Map([['a', 'no']]), notAsked: new Set(['b']) }
  refusals.note(both, parts, NOBODY)
  assert.match(refusals.words.get('b')!, /^HAProxy refuses 8 parts of this namespace /)
  await clock.advance(60_000)
  refusals.note(both, parts, NOBODY)
  await clock.advance(60_000)
  assert.deepEqual(refusals.leftOut(parts), new Set(['a']))
})
