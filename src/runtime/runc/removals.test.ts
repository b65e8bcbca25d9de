import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Removals } from './removals.ts'

test('what is being removed is removed once, and who is to have its name waits for that', async () => {
  const removals = new Removals()
  const log: string[] = []
  let end = (_: Error | undefined): void => undefined
  const remove = (): Promise<void> => {
    log.push('begun')
    return new Promise((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve())
    })
  }
  const both = [removals.join('a', remove), removals.join('a', remove)]
  const next = removals.over('a').then(() => log.push('over'))
  await removals.over('b')
  assert.deepEqual(log, ['begun'])
  end(undefined)
  await Promise.all([...both, next])
  const failing = removals.join('a', remove)
  const after = removals.over('a').then(() => log.push('over again'))
  end(new Error('not yet'))
  await assert.rejects(failing, /not yet/)
  await after
  assert.deepEqual(log, ['begun', 'over', 'begun', 'over again'])
})
