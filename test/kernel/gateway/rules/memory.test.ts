import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { EchoBackends } from '../echo-backends.ts'
import { entry } from '../small-table.ts'
import { KEYS } from '../tables.ts'
import { request, send, withProxy } from './with-proxy.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
before(async () => {
  backends = await EchoBackends.start(KEYS)
})
after(() => backends.stop())

/** Letters that no request had before. */
function lettersFrom(seed: number): () => string {
  let drawn = seed
  const letter = () => {
    drawn = (Math.imul(drawn, 1_103_515_245) + 12_345) & 0x7fffffff
    return (drawn >> 16) & 1 ? 'a' : 'b'
  }
  return () => Array.from({ length: 6000 }, letter).join('')
}

test('what a proxy keeps of expressions has a bound, also where one alone is asked for ever new texts', async () => {
  const byPath = (value: string, id: string) =>
    entry('hard.test', 'one', { id }, { path: { type: 'RegularExpression', value } })
  const few = [byPath('/0(a|b)*a(a|b){300}', 'one')]
  const some = Array.from({ length: 6 }, (_, at) => byPath(`/${at}(a|b)*a(a|b){${290 + at}}`, `some ${at}`))
  for (const entries of [few, some]) {
    await withProxy(backends, entries, async (proxy) => {
      const letters = lettersFrom(1)
      const ask = async (times: number) => {
        for (let count = 0; count < times; count++) {
          const { status } = await send(request('hard.test', [], '', 'GET', `/${count % entries.length}${letters()}`))
          assert.equal(status, 500, 'it takes more than a request may')
        }
      }
      await ask(12)
      assert.match(proxy.output, /expressions that take too long/)
      assert.doesNotMatch(proxy.output, /attempt to/)
      const early = proxy.residentMb
      await ask(24)
      const grown = proxy.residentMb - early
      assert.ok(
        grown < 20,
        `${entries.length} expressions: ${early} MB after 12 requests, ${grown} MB more after 24 others`,
      )
    })
  }
})
