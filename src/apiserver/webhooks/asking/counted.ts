import type { Attributes } from '../attributes.ts'
import { WebhookError } from '../client/webhook-error.ts'
import type { Webhook } from '../hook.ts'
import type { Outcome, Step } from '../webhook-counter.ts'
import { type Asker, CallError } from './asker.ts'
import { Denial } from './denial.ts'

/** Asks a webhook, and counts what came of it. Rejects as `ask` does. */
export const counted = async <T>(
  { counter, signal }: Asker,
  webhook: Webhook,
  { operation }: Attributes,
  step: Step,
  ask: () => Promise<T>,
): Promise<T> => {
  const started = performance.now()
  const count = (outcome: Outcome): void =>
    counter.count(webhook.name, step, operation, outcome, (performance.now() - started) / 1000)
  try {
    const said = await ask()
    count({ code: 200 })
    return said
  } catch (error) {
    count(outcomeOf(error, webhook.failurePolicy === 'Ignore', signal?.aborted === true))
    throw error
  }
}

const outcomeOf = (error: unknown, isPassedOver: boolean, hasLeft: boolean): Outcome => {
  if (error instanceof Denial) return { code: error.status.code ?? 0, refused: 'no_error' }
  if (!(error instanceof CallError)) return { code: 0, refused: 'apiserver_internal_error' }
  const { status: code, cause } = error
  const isGone = hasLeft && cause instanceof WebhookError && cause.code === 'WEBHOOK_UNREACHABLE'
  return isPassedOver ? { code, isPassedOver, isGone } : { code, refused: 'calling_webhook_error', isGone }
}
