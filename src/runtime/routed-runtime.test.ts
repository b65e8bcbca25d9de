import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routedRuntime } from './routed-runtime.ts'
import type { ContainerSpec, Runtime } from './runtime.ts'

const fake = (name: string, handlers: readonly string[], calls: string[], has: readonly string[] = []): Runtime => {
  const there = new Set(has)
  const tell = (what: string) => void calls.push(`${name} ${what}`)
  return {
    handlers,
    create: async ({ id }: ContainerSpec) => {
      tell(`create ${id}`)
      there.add(id)
    },
    start: async (id: string) => tell(`start ${id}`),
    remove: async (id: string) => {
      tell(`remove ${id}`)
      there.delete(id)
    },
    status: async (id: string) => (there.has(id) ? { state: 'created', createdAt: '' } : undefined),
    list: async () =>
      [...there].map((id) => ({ id, image: '', annotations: {}, status: { state: 'created', createdAt: '' } })),
    usage: (cgroup: string) => (cgroup.startsWith(name) ? ({ rssBytes: 1 } as never) : undefined),
    imageStatus: async () => undefined,
  } as unknown as Runtime
}
const spec = (id: string, handler?: string) => ({ id, ...(handler && { handler }) }) as ContainerSpec

test('a container is made by the runtime that its handler names, and stays its own', async () => {
  const calls: string[] = []
  const all = routedRuntime(fake('a', ['', 'runc'], calls), fake('b', ['virtual'], calls, ['old']))
  assert.deepEqual(all.handlers, ['', 'runc', 'virtual'])
  await all.create(spec('one'))
  await all.create(spec('two', 'virtual'))
  await all.create(spec('three', 'runc'))
  for (const id of ['one', 'two', 'three', 'old', 'nobody']) await all.start(id)
  await all.remove('two')
  assert.deepEqual(calls, [
    'a create one',
    'b create two',
    'a create three',
    'a start one',
    'b start two',
    'a start three',
    'b start old',
    'a start nobody',
    'b remove two',
  ])
  assert.deepEqual((await all.list()).map(({ id }) => id).sort(), ['old', 'one', 'three'])
  assert.ok(all.usage('b/pod'))
  assert.equal(all.usage('c/pod'), undefined)
  await assert.rejects(all.create(spec('four', 'kata')), /HANDLER_UNKNOWN: no runtime for "kata" is configured/)
})
