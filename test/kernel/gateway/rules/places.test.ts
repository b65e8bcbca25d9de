import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { matchesWhole } from '#routes/table/whole-match.ts'
import { EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(['one'])
})
after(() => backends.stop())

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
/** Lines that begin and end with a text, or within it, or are empty. */
const LINES = ['', 'a', 'a\n', '\na', 'a\na', '\n', 'b']
/** What says something of places between characters, and texts to hold against it. */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['(?s:\\b.)', ASCII],
  ['(?s:a\\B.)', ASCII.map((one) => `a${one}`)],
  ['(?ms:^a.*)', LINES],
  ['(?ms:.*a$)', LINES],
  ['(?ms:.*^)', LINES],
  ['(?s:.*\\n^a)', LINES],
  ['(?s:a$.*)', LINES],
]

test('where words and lines begin and end is as RE2 has it, for each character of ASCII', async () => {
  const entries = CASES.map(([value], at) => {
    const query = [{ name: 'q', type: 'RegularExpression' as const, value }]
    return entry('', 'one', {}, { path: { type: 'Exact', value: `/${at}` }, query })
  })
  await withProxy(backends, entries, async () => {
    for (const [at, [pattern, texts]] of CASES.entries())
      for (const text of texts) {
        const target = `/${at}?q=${encodeURIComponent(text)}`
        const { status } = await send(request('a.test', [], '', 'GET', target))
        assert.equal(status, matchesWhole(pattern, text) ? 200 : 404, `${pattern} and ${JSON.stringify(text)}`)
      }
  })
})
