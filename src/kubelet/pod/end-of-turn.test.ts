import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EndOfTurn } from './end-of-turn.ts'

const watched = () => {
  const did: string[] = []
  const end = new EndOfTurn(
    () => did.push('sync'),
    () => did.push('publish'),
  )
  return { did, end }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what many tell in one moment is looked at once, when the moment is over', async () => {
  const { did, end } = watched()
  for (let at = 0; at < 3; at++) end.publish()
  assert.deepEqual(did, [])
  await turn()
  for (let at = 0; at < 3; at++) end.sync()
  await turn()
  end.publish()
  await turn()
  assert.deepEqual(did, ['publish', 'sync', 'publish'])
})

test('a look at all of the pod tells its status too, whichever was asked for first', async () => {
  const { did, end } = watched()
  end.publish()
  end.sync()
  await turn()
  end.sync()
  end.publish()
  await turn()
  assert.deepEqual(did, ['sync', 'sync'])
})
