import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { ApiError } from '../client.ts'
import { Applier, type Manifest } from './applier.ts'

const web: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } }
const status = (code: number) => new ApiError({ code, message: `refused with ${code}` } as ApiError['status'])

/** A server that answers by path, each time with the next of what it is given for it. */
const server = (answers: Record<string, unknown[]>) => {
  const asked: string[] = []
  const clock = new HandClock()
  const send = async (method: string, path: string, _body?: unknown, type?: string): Promise<unknown> => {
    asked.push(`${method} ${path}${type === undefined ? '' : ` ${type}`}`)
    const left = answers[`${method} ${path.split('?')[0]}`] ?? []
    const answer = left.length > 1 ? left.shift() : left[0]
    if (answer === undefined) throw status(404)
    if (answer instanceof Error) throw answer
    return answer
  }
  const { signal } = new AbortController()
  const applier = new Applier(send, { clock, signal, fieldManager: 'me' })
  /** Lets time pass until it has come to its end. */
  const settled = async <T>(work: Promise<T>): Promise<T> => {
    let done = false
    const end = work.finally(() => {
      done = true
    })
    end.catch(() => undefined)
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve))
      if (!done && clock.next !== undefined) clock.advance(clock.next)
    }
    return end
  }
  return { applier, asked, settled }
}
const APPS = {
  resources: [
    { name: 'deployments/status', kind: 'Deployment', namespaced: true },
    { name: 'deployments', kind: 'Deployment', namespaced: true },
    { name: 'nodes', kind: 'Node', namespaced: false },
  ],
}
const AT = '/apis/apps/v1/namespaces/shop/deployments/web'

test('an object goes where the server says that its kind is served, by server-side apply', async () => {
  const { applier, asked, settled } = server({
    'GET /apis/apps/v1': [APPS],
    [`PATCH ${AT}`]: [{}],
    'PATCH /apis/apps/v1/nodes/n': [{}],
    'PATCH /apis/apps/v1/namespaces/default/deployments/web': [{}],
  })
  await settled(applier.apply(web))
  await settled(applier.apply({ ...web, metadata: { name: 'web' } }))
  await settled(applier.apply({ apiVersion: 'apps/v1', kind: 'Node', metadata: { name: 'n' } }))
  const how = '?fieldManager=me&force=true application/apply-patch+yaml'
  assert.deepEqual(asked, [
    'GET /apis/apps/v1',
    `PATCH ${AT}${how}`,
    `PATCH /apis/apps/v1/namespaces/default/deployments/web${how}`,
    `PATCH /apis/apps/v1/nodes/n${how}`,
  ])
})

test('what is only missing yet is tried again; what is wrong is told at once, and what stays missing after a while', async () => {
  const late = server({
    'GET /apis/apps/v1': [{ resources: [] }, status(404), APPS],
    [`PATCH ${AT}`]: [status(403), {}],
  })
  await late.settled(late.applier.apply(web))
  assert.equal(late.asked.filter((line) => line.startsWith('PATCH')).length, 2)

  const wrong = server({ 'GET /apis/apps/v1': [APPS], [`PATCH ${AT}`]: [status(422)] })
  await assert.rejects(wrong.settled(wrong.applier.apply(web)), { message: 'refused with 422' })
  assert.equal(wrong.asked.length, 2)

  const never = server({})
  await assert.rejects(never.settled(never.applier.apply(web)), { message: 'nobody serves Deployment of apps/v1' })
  assert.ok(never.asked.length > 50)
})

test('waiting ends when all are ready, when one has failed, or when the time is over, with who is not', async () => {
  const behind = { kind: 'Deployment', spec: { replicas: 1 }, status: {} }
  const there = { ...behind, status: { updatedReplicas: 1, availableReplicas: 1 } }
  const good = server({ 'GET /apis/apps/v1': [APPS], [`GET ${AT}`]: [behind, behind, there] })
  assert.deepEqual(await good.settled(good.applier.wait([web], 1000)), [])
  const slow = server({ 'GET /apis/apps/v1': [APPS], [`GET ${AT}`]: [behind] })
  assert.deepEqual(await slow.settled(slow.applier.wait([web], 1000)), [
    { manifest: web, why: '0 of 1 pods are there' },
  ])
  const job: Manifest = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'job', namespace: 'shop' } }
  const failed = { kind: 'Job', status: { conditions: [{ type: 'Failed', status: 'True', message: 'no' }] } }
  const ends = server({
    'GET /apis/apps/v1': [APPS],
    [`GET ${AT}`]: [behind],
    'GET /apis/apps/v1/namespaces/shop/deployments/job': [failed],
  })
  const left = await ends.settled(ends.applier.wait([web, job], 1_000_000))
  assert.deepEqual(
    left.map(({ manifest }) => manifest.metadata.name),
    ['job', 'web'],
  )
})
