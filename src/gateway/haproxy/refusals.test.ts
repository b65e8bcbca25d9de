import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { findRefused, type Wanted } from './isolate.ts'
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
  assert.deepEqual(
    await findRefused(wanted(many), new Set(), check),
    new Map([
      ['p3', 'p3'],
      ['p40', 'p40'],
    ]),
  )
  assert.ok(checks.length <= 26, `${checks.length} questions`)
})

test('what has changed is suspected first: the others are asked for once', async () => {
  const { check, checks } = checking(['p3'])
  assert.deepEqual(await findRefused(wanted(many), new Set(['p3', 'p4']), check), new Map([['p3', 'p3']]))
  assert.ok(checks.length <= 4, `${checks.length} questions`)
})

test('of two that are refused together one is left out, and what is none of the parts is nobody’s', async () => {
  assert.deepEqual(
    await findRefused(wanted(many), new Set(), checking(['p1', 'p50']).check),
    new Map([['p50', 'p1+p50']]),
  )
  assert.equal(await findRefused(wanted({ a: '', b: '' }), new Set(), async () => 'global: unknown keyword'), undefined)
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
  refusals.accepted(new Set())
  assert.deepEqual([refusals.words.size, refusals.nextTry], [0, undefined])
})
