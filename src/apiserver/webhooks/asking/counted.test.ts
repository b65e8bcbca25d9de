import assert from 'node:assert/strict'
import { test } from 'node:test'
import { badRequest } from '../../errors.ts'
import { WebhookError } from '../client/webhook-error.ts'
import { WebhookCounter } from '../webhook-counter.ts'
import { CallError } from './asker.ts'
import { counted } from './counted.ts'
import { denial } from './denial.ts'

/** What is counted of one call that ends so, without the time that it took. */
const numbers = async (
  ask: () => Promise<unknown>,
  more: { readonly failurePolicy?: string; readonly signal?: AbortSignal } = {},
): Promise<readonly string[]> => {
  const counter = new WebhookCounter()
  const asker = { counter, ...(more.signal && { signal: more.signal }) }
  const webhook = { name: 'w.x.io', ...(more.failurePolicy && { failurePolicy: more.failurePolicy }) }
  await counted(asker as never, webhook as never, { operation: 'CREATE' } as never, 'admit', ask).catch(() => {})
  return counter
    .render()
    .split('\n')
    .filter((line) => line !== '' && !/^#|_bucket|_sum/.test(line))
    .map((line) => line.replace(/^apiserver_admission_webhook_/, ''))
}
const fails = (error: Error) => () => Promise.reject(error)
const OF = 'name="w.x.io",operation="CREATE"'

test('a webhook that lets a request pass is counted with the time that it took', async () => {
  assert.deepEqual(await numbers(() => Promise.resolve()), [
    `admission_duration_seconds_count{${OF},rejected="false",type="admit"} 1`,
    `request_total{code="200",${OF},rejected="false",type="admit"} 1`,
  ])
})

test('a refusal is counted by whose it is, and by its status', async () => {
  const unreachable = new CallError('w.x.io', 'x', 503, { cause: new WebhookError('WEBHOOK_UNREACHABLE', 'x') })
  for (const [error, type, code] of [
    [denial('w.x.io', { code: 422 }), 'no_error', 422],
    [denial('w.x.io', { code: 700 }), 'no_error', 600],
    [unreachable, 'calling_webhook_error', 503],
    [new CallError('w.x.io', 'x', 404), 'calling_webhook_error', 404],
    [badRequest('x'), 'apiserver_internal_error', 0],
    [new Error('x'), 'apiserver_internal_error', 0],
  ] as const)
    assert.deepEqual(
      await numbers(fails(error)),
      [
        `admission_duration_seconds_count{${OF},rejected="true",type="admit"} 1`,
        `request_total{code="${code}",${OF},rejected="true",type="admit"} 1`,
        `rejection_count{error_type="${type}",${OF},rejection_code="${code}",type="admit"} 1`,
      ],
      type,
    )
})

test('a webhook that is passed over is counted as such, unless who asked has gone', async () => {
  const error = new CallError('w.x.io', 'x', 503, { cause: new WebhookError('WEBHOOK_UNREACHABLE', 'x') })
  const asked = [
    `admission_duration_seconds_count{${OF},rejected="false",type="admit"} 1`,
    `request_total{code="503",${OF},rejected="false",type="admit"} 1`,
  ]
  const passed = `fail_open_count{name="w.x.io",type="admit"} 1`
  assert.deepEqual(await numbers(fails(error), { failurePolicy: 'Ignore' }), [...asked, passed])
  const signal = AbortSignal.abort()
  assert.deepEqual(await numbers(fails(error), { failurePolicy: 'Ignore', signal }), asked)
  assert.equal((await numbers(fails(error), { signal })).length, 2)
  assert.equal((await numbers(fails(denial('w.x.io')), { signal })).length, 3)
})
