import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Part } from '../../runner/part.ts'
import { partsReady } from './parts-ready.ts'

const definition = (name: string) => ({
  name,
  needs: { parts: [], sources: [] },
  carriesPods: true,
  start: () => part(),
})
const part = (ready: Promise<unknown> = Promise.resolve()): Part => ({
  ready,
  status: () => ({ ready: true, faults: [] }),
  stop() {},
})

const place = (...asked: readonly string[]) => {
  const parts = new Map<string, Part>()
  const listeners = new Set<() => void>()
  return {
    parts,
    listeners,
    tell: () => [...listeners].forEach((one) => void one()),
    find: ({ name }: { readonly name: string }) => parts.get(name) as never,
    states: () => asked.map((name) => ({ name, ready: false, faults: [], failures: 0 })),
    onChange(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('parts that were asked for are waited for, however often they are started, and others are not', async () => {
  const here = place('services')
  let isReady = false
  const { signal } = new AbortController()
  const waited = partsReady(here, [definition('services'), definition('policies')], signal).then(() => {
    isReady = true
  })
  await turn()
  here.parts.set('services', part(Promise.reject(new Error('it fails at once'))))
  here.tell()
  await turn()
  here.parts.delete('services')
  here.tell()
  await turn()
  assert.equal(isReady, false)
  const ready = Promise.withResolvers<void>()
  here.parts.set('services', part(ready.promise))
  here.tell()
  await turn()
  assert.equal(isReady, false)
  ready.resolve()
  await waited
  assert.equal(here.listeners.size, 0)
})

test('nobody waits where no part was asked for, and nobody listens any more where the part has stopped', async () => {
  await partsReady(place(), [definition('services')], new AbortController().signal)
  const here = place('services')
  const stop = new AbortController()
  void partsReady(here, [definition('services')], stop.signal)
  await turn()
  assert.equal(here.listeners.size, 1)
  stop.abort()
  assert.equal(here.listeners.size, 0)
})
