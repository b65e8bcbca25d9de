import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Entry } from '#routes/table/entry.ts'
import { movedPath } from '#routes/table/moved-path.ts'
import { matchesWhole } from '#routes/table/whole-match.ts'
import { patternFault } from '#routes/values/pattern.ts'
import { type Echo, EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { KEYS } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(KEYS)
})
after(() => backends.stop())

const COUNT = 150
const seed = Number(process.env.FAIRLEAD_SEED ?? Date.now() % 2 ** 31)
const atoms = [
  'a',
  'b',
  '.',
  '[^a]',
  '[a-c]',
  '\\w',
  '\\W',
  '\\d',
  '\\b',
  '\\B',
  '^',
  '$',
  '-',
  '\\pL',
  'é',
  '(?i:k)',
  '(?i:ß)',
  '\\x{e9}',
  '\\Q.\\E',
]
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...atoms),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => one + other),
    fc.tuple(tie('pattern'), tie('pattern')).map(([one, other]) => `(${one}|${other})`),
    fc
      .tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{2,}'))
      .map(([one, times]) => `(${one})${times}`),
    tie('pattern').map((one) => `(?:${one})`),
  ),
}))
const text = fc.array(
  fc.constantFrom('a', 'b', 'c', 'k', 'K', '\u212a', 'ß', 'ẞ', 'é', 'É', '-', '.', '1', '_', '\u{1f600}'),
  { maxLength: 8 },
)

test('the proxy holds texts against expressions as RE2 does', async () => {
  const samples = fc.sample(fc.tuple(pattern, fc.array(text, { minLength: 6, maxLength: 6 })), { seed, numRuns: COUNT })
  const patterns = samples.map(([one]) => one)
  for (const one of patterns) assert.equal(patternFault(one), undefined, one)
  const entries = patterns.map((value, index): Entry => {
    const headers = [{ name: 'x-text', type: 'RegularExpression' as const, value }]
    return entry('', 'one', {}, { path: { type: 'Exact', value: `/${index}` }, headers })
  })
  let matched = 0
  await withProxy(backends, entries, async (proxy) => {
    for (const [index, [one, texts]] of samples.entries())
      for (const letters of texts) {
        const value = letters.join('')
        const { status } = await send(request('a.test', [`X-Text: ${value}`], '', 'GET', `/${index}`))
        const wanted = matchesWhole(one, value) ? 200 : 404
        assert.equal(
          status,
          wanted,
          `seed ${seed}: ${JSON.stringify(one)} and ${JSON.stringify(value)}: ${proxy.output}`,
        )
        if (wanted === 200) matched++
      }
  })
  assert.ok(matched > COUNT / 8, `${matched} matches`)
})

test('groups of a path stand for what they take of it as RE2 prefers it', async () => {
  const segment = fc.constantFrom('a', 'b', '.', '[^a]', '\\w', '\\b', '/', '-')
  const { path } = fc.letrec<{ path: string }>((tie) => ({
    path: fc.oneof(
      { maxDepth: 4 },
      segment,
      fc.tuple(tie('path'), tie('path')).map(([one, other]) => one + other),
      fc.tuple(tie('path'), tie('path')).map(([one, other]) => `(${one}|${other})`),
      fc.tuple(tie('path'), fc.constantFrom('*', '+', '?', '*?', '+?')).map(([one, times]) => `(${one})${times}`),
    ),
  }))
  const value = '/$1-$2-$3-$0'
  const samples = fc.sample(fc.tuple(path, fc.array(fc.constantFrom('a', 'b', '-', '/c'), { maxLength: 6 })), {
    seed,
    numRuns: 300,
  })
  const changes = samples.map(([one], index) => ({ type: 'Regex' as const, pattern: `/${index}(${one})(.*?)`, value }))
  const entries = changes.map((change, index) =>
    entry(
      '',
      'one',
      { filters: [{ type: 'rewrite', path: change }] },
      { path: { type: 'Prefix', value: `/${index}` } },
    ),
  )
  let moved = 0
  await withProxy(backends, entries, async () => {
    for (const [index, [, letters]] of samples.entries()) {
      // As it is matched: `//` and the like never come so far.
      const target = `/${index}/x${letters.join('')}`
      const change = { ...changes[index]!, pattern: changes[index]!.pattern }
      backends.heard.length = 0
      assert.equal((await send(request('a.test', [], '', 'GET', target))).status, 200)
      const wanted = movedPath(change, target)
      assert.equal((backends.heard[0] as Echo).target, wanted, `seed ${seed}: ${change.pattern} and ${target}`)
      if (wanted !== target) moved++
    }
  })
  assert.ok(moved > 20, `${moved} paths were moved`)
})

test('all nine groups stand for what they take, and the value of a parameter is held against an expression octet by octet', async () => {
  const letters = (count: number) => '(.)'.repeat(count)
  const moved = [9, 10].map((count) =>
    entry(
      '',
      'one',
      {
        filters: [
          {
            type: 'rewrite',
            path: { type: 'Regex', pattern: `/${count}/${letters(count)}`, value: '/$9$8$7$6$5$4$3$2$1' },
          },
        ],
      },
      { path: { type: 'Prefix', value: `/${count}` } },
    ),
  )
  // The end of a line in a value, and octets that are no character.
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['(?m:a$)\\n(?m:^b)', 'a%0Ab', true],
    ['a.b', 'a%0Ab', false],
    ['(?s:a.b)', 'a%0Ab', true],
    ['a\\x{FFFD}{2}b', 'a%FF%C3b', true],
    ['a\\?\\?b', 'a%FF%C3b', false],
  ]
  const held = cases.map(([value], at) => {
    const query = [{ name: 'q', type: 'RegularExpression' as const, value }]
    return entry('', 'one', {}, { path: { type: 'Exact', value: `/q${at}` }, query })
  })
  await withProxy(backends, [...moved, ...held], async () => {
    for (const target of ['/9/abcdefghi', '/10/abcdefghij']) {
      const { body } = await send(request('a.test', [], '', 'GET', target))
      assert.equal((JSON.parse(body) as Echo).target, '/ihgfedcba')
    }
    for (const [at, [pattern, value, isFor]] of cases.entries()) {
      const { status } = await send(request('a.test', [], '', 'GET', `/q${at}?q=${value}`))
      assert.equal(status, isFor ? 200 : 404, `${pattern} and ${value}`)
    }
  })
})

test('no expression and no text holds anybody up; what takes too long is answered with 500 and is for no other rule', async () => {
  const hard = ['(a+)+b', '(.*,)*.*,.*,x', '((a|aa)+)+', '(.*)(.*)(.*)(.*)(.*)(.*)[^a]', '(a|b)*a(a|b){300}']
  const headers = (value: string) => [{ name: 'x-text', type: 'RegularExpression' as const, value }]
  const entries = [
    ...hard.map((value, at) =>
      entry('', 'one', {}, { path: { type: 'Exact', value: `/${at}` }, headers: headers(value) }),
    ),
    ...hard.map((_, at) => entry('', 'two', {}, { path: { type: 'Exact', value: `/${at}` } })),
    entry('', 'three'),
  ]
  await withProxy(backends, entries, async () => {
    for (const at of hard.keys()) {
      const began = performance.now()
      let others = 0
      const asked = send(request('a.test', [`X-Text: ${'a,'.repeat(3000)}${'a'.repeat(2000)}`], '', 'GET', `/${at}`))
      const isOver = asked.then(() => true)
      while (!(await Promise.race([isOver, send(request('a.test')).then(({ status }) => status !== 200)]))) others++
      assert.ok([200, 500].includes((await asked).status))
      assert.ok(performance.now() - began < 2000, `${hard[at]}: ${performance.now() - began} ms`)
      if ((await asked).status === 500) assert.ok(others > 0, 'others were served meanwhile')
    }
    // Whoever goes along with such a text is at ever new places.
    let drawn = 1
    const letter = () => {
      drawn = (Math.imul(drawn, 1_103_515_245) + 12_345) & 0x7fffffff
      return (drawn >> 16) & 1 ? 'a' : 'b'
    }
    const manyPlaces = Array.from({ length: 16_000 }, letter).join('')
    backends.heard.length = 0
    const tooLong = await send(request('a.test', [`X-Text: ${manyPlaces}`], '', 'GET', `/${hard.length - 1}`))
    assert.equal(tooLong.status, 500)
    assert.ok(!backends.heard.some(({ backend }) => backend === 'two'))
  })
})

const byPath = (value: string, id: string): Entry =>
  entry('cpu.test', 'one', { id }, { path: { type: 'RegularExpression', value } })

test('other hosts are served while somebody asks for what takes as long as it may', async () => {
  const long = '[a-z]{1000}'.repeat(4)
  const entries = [
    entry('other.test', 'two'),
    ...Array.from({ length: 4 }, (_, at) =>
      entry('cpu.test', 'one', {}, { path: { type: 'Prefix', value: `/0${at}` } }),
    ),
    ...Array.from({ length: 20 }, (_, at) => byPath(`(?i:/${long}x{${at + 1}}!).*`, `rule ${at}`)),
    entry('cpu.test', 'one'),
  ]
  await withProxy(backends, entries, async () => {
    // However long expressions are behind a path: as far as they do not come, they cost nothing.
    for (let at = 0; at < 4; at++) assert.equal((await send(request('cpu.test', [], '', 'GET', `/0${at}`))).status, 200)
    const statuses = new Set<number>()
    let isOver = false
    const asking = Array.from({ length: 8 }, async (_, by) => {
      for (let times = 0; !isOver; times++) {
        const letters = Array.from({ length: 6000 }, (_, at) => 'abcdefg'[(at * at * (by + times + 1)) % 7]).join('')
        statuses.add((await send(request('cpu.test', [], '', 'GET', `/${letters}`))).status)
      }
    })
    const times: number[] = []
    for (let count = 0; count < 30; count++) {
      const began = performance.now()
      assert.equal((await send(request('other.test'))).status, 200)
      times.push(performance.now() - began)
    }
    isOver = true
    await Promise.all(asking)
    assert.deepEqual([...statuses], [500])
    const median = times.sort((a, b) => a - b)[15] as number
    assert.ok(median < 100, `${median} ms`)
  })
})

test('a hundred expressions of one host are fine, also for the first request', async () => {
  const agent =
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36'
  const entries = Array.from({ length: 100 }, (_, at) => [
    byPath(`(?i:/api/v[0-9]+/service-${at}(/|$)(.*)).*`, `path ${at}`),
    entry(
      'agents.test',
      'two',
      { id: `agent ${at}` },
      { headers: [{ name: 'user-agent', type: 'RegularExpression', value: `.*Chrome/[0-9]+.*Mobile${at}.*` }] },
    ),
  ])
  await withProxy(backends, [...entries.flat(), entry('agents.test', 'one')], async () => {
    assert.equal((await send(request('cpu.test', [], '', 'GET', '/api/v1/service-99/users'))).status, 200)
    assert.equal((await send(request('agents.test', [`User-Agent: ${agent}`]))).status, 200)
  })
})

test('hundreds of expressions of one host are fine once they have been read, and stay so', async () => {
  const entries = Array.from({ length: 600 }, (_, at) =>
    byPath(`(?i:/api/v[0-9]+/service-${at}(/|$)(.*)).*`, `path ${at}`),
  )
  await withProxy(backends, entries, async () => {
    const status = async (at: number) =>
      (await send(request('cpu.test', [], '', 'GET', `/api/v1/service-${at}/users`))).status
    // What a request that came to its bound has read is there for the next one.
    for (let tries = 0; tries < 5 && (await status(599)) !== 200; tries++);
    for (let round = 0; round < 3; round++)
      for (const at of [599, 0, 300, 450, 598]) assert.equal(await status(at), 200, `service ${at}, round ${round}`)
  })
})

test('an expression that is none breaks its own rule alone, and lets no other take its requests', async () => {
  const headers = [{ name: 'x-text', type: 'RegularExpression' as const, value: '(' }]
  const path = { type: 'Exact' as const, value: '/broken' }
  await withProxy(backends, [entry('', 'one', {}, { path, headers }), entry('', 'two')], async () => {
    assert.equal((await send(request('a.test', ['X-Text: a'], '', 'GET', '/broken'))).status, 500)
    assert.equal((await send(request('a.test'))).status, 200)
  })
})

test('parameters and headers are read once for a request, however many rules ask for them', async () => {
  const query = (at: number) => [{ name: `p${at}`, type: 'Exact' as const, value: '1' }]
  const entries = [
    ...Array.from({ length: 1000 }, (_, at) => entry('', 'one', { id: `rule ${at}` }, { query: query(at) })),
    entry('', 'two'),
  ]
  await withProxy(backends, entries, async () => {
    const began = performance.now()
    const target = `/x?${'a&'.repeat(5_000)}`
    for (let times = 0; times < 5; times++)
      assert.equal((await send(request('a.test', [], '', 'GET', target))).status, 200)
    assert.ok(performance.now() - began < 2500, `${performance.now() - began} ms`)
  })
})
