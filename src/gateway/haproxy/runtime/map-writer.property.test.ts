import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { entriesOf, type ProxyMap } from '#dataplane/haproxy/proxy-map.ts'
import { deleteKeys, fillMap, surplusOf } from './map-writer.ts'
import type { RuntimeSocket } from './runtime-socket.ts'

/** A map as a proxy has it: to add what is there, and to change or to delete what is not, is a mistake. */
class TalkedMap {
  readonly entries = new Map<string, string>()

  async run({ line, payload = '' }: { readonly line: string; readonly payload?: string }): Promise<string> {
    const [verb, , , key = '', value = ''] = line.split(' ')
    if (verb === 'add')
      for (const [added = '', text = ''] of payload.split('\n').map((one) => one.split(' '))) {
        assert.ok(!this.entries.has(added))
        this.entries.set(added, text)
      }
    else if (verb === 'set') {
      assert.ok(this.entries.has(key))
      this.entries.set(key, value)
    } else assert.ok(this.entries.delete(key))
    return ''
  }
}

/** Some pieces of a pool; a key has one value in all of one map, and several pieces may have it. */
const maps = fc.array(
  fc.record({ pieces: fc.subarray(Array.from({ length: 8 }, (_, at) => at)), generation: fc.nat(2) }),
  { maxLength: 12 },
)
const pool = [0, 1, 2].map((generation) =>
  Array.from(
    { length: 8 },
    (_, at) => new Map([at, at + 1, 2 * at].map((number) => [`k${number}`, `v${number % 3 === 0 ? generation : ''}.`])),
  ),
)

test('property: whatever pieces come and go, a proxy has their entries, told by what differs alone', async () => {
  await fc.assert(
    fc.asyncProperty(maps, fc.boolean(), async (steps, isTold) => {
      const proxy = new TalkedMap()
      const socket = proxy as unknown as RuntimeSocket
      const held = new Map<string, string>()
      let before: ProxyMap['parts'] | undefined
      for (const { pieces, generation } of steps) {
        const parts = new Set(pieces.map((at) => pool[generation]![at]!))
        const map: ProxyMap = { type: 'tree', parts }
        const work = { name: 'paths', map, held, before }
        await fillMap(socket, work)
        await deleteKeys(socket, work, surplusOf(work))
        const wanted = [...entriesOf(map)].sort()
        assert.deepEqual([...proxy.entries].sort(), wanted)
        assert.deepEqual([...held].sort(), wanted)
        // Who does not know what was there looks at all of it.
        before = isTold ? parts : undefined
      }
    }),
  )
})
