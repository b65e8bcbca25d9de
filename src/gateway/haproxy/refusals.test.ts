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
  isOver: () => false,
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
  assert.equal(found?.undecided.size, 0)
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

test('however many of a namespace are refused, those of others are found with few questions, and served meanwhile', async () => {
  const bad = ofNamespace('bad', 200)
  const good = Array.from({ length: 30 }, (_, at) => ofNamespace(`good${at}`, 5)).flat()
  const ids = [...bad, ...good]
  const all: Wanted = {
    parts: () => new Map(ids.map((id) => [id, 'text'])),
    compile: (without) =>
      ({ config: ids.filter((id) => !without.has(id)).join('\n') }) as Partial<ProxyPlan> as ProxyPlan,
  }
  let asked = 0
  const check = async ({ config }: ProxyPlan) => {
    asked++
    return config.includes(' bad/') ? 'no' : undefined
  }
  const suspects = new Set(ids)
  const first = await findRefused(all, { suspects, leftOut: new Set(), isOver: () => asked >= 15 }, check)
  assert.deepEqual(first?.undecided.size, bad.length - (first?.refused.size ?? 0))
  assert.ok([...first!.undecided, ...first!.refused.keys()].every((id) => bad.includes(id)))
  // The search goes on where it has stopped.
  let { undecided, refused } = first!
  const leftOut = new Set(refused.keys())
  while (undecided.size > 0) {
    asked = 0
    const next = await findRefused(all, { suspects: undecided, leftOut, isOver: () => asked >= 15 }, check)
    assert.ok(next!.refused.size > 0)
    for (const id of next!.refused.keys()) leftOut.add(id)
    undecided = next!.undecided
  }
  assert.deepEqual(leftOut, new Set(bad))
})

test('a refused part is left out until it is another, or until it is time to ask again', async () => {
  const clock = new HandClock()
  const refusals = new Refusals(clock, () => 1)
  const parts = { a: 'one', b: 'one' }
  refusals.note(new Map([['a', 'no']]), wanted(parts))
  assert.deepEqual(refusals.leftOut(wanted(parts)), new Set(['a']))
  assert.deepEqual(refusals.leftOut(wanted({ ...parts, a: 'two' })), new Set())
  assert.deepEqual(refusals.words, new Map([['a', 'no']]), 'it is told until it is taken')
  await clock.advance(60_000)
  assert.deepEqual(refusals.leftOut(wanted(parts)), new Set())
  // Refused once more, it waits for longer.
  refusals.note(new Map([['a', 'no']]), wanted(parts))
  assert.equal(refusals.nextTry! - clock.now(), 120_000)
  refusals.note(new Map([['b', 'no']]), wanted(parts), new Set(['a']))
  assert.deepEqual([...refusals.words.keys()].sort(), ['a', 'b'], 'who was not asked for stays')
  refusals.accepted(new Set())
  assert.deepEqual([refusals.words.size, refusals.nextTry], [0, undefined])
})
