import { internalError } from '../../errors.ts'
import type { Attributes } from '../attributes.ts'
import type { Hook } from '../hook.ts'
import { type Invocation, invocationOf, isSelected, type Surroundings } from '../matching.ts'
import { type Asker, askWebhook, CallError } from './asker.ts'
import { counted } from './counted.ts'
import { denial } from './denial.ts'

/**
 * Asks all hooks that a request concerns at once. Rejects with ApiError: of several that refuse it, with the first one's,
 * in their order.
 */
export const validate = async (
  asker: Asker,
  hooks: readonly Hook[],
  attributes: Attributes,
  surroundings: Surroundings,
): Promise<void> => {
  const invocations = hooks
    .map((hook) => invocationOf(hook, attributes, surroundings.equivalents))
    .filter((one) => one !== undefined)
    .filter(({ hook }) => isSelected(hook.webhook, attributes, surroundings))
    .filter((invocation) => surroundings.meets?.(invocation, attributes) !== false)
  const results = await Promise.allSettled(
    invocations.map((invocation, index) => askOne(asker, invocation, attributes, index)),
  )
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** By which the audit log is told of those that were passed over. */
const PASSED_OVER = 'failed-open.validating.webhook.admission.k8s.io'

const askOne = async (asker: Asker, invocation: Invocation, attributes: Attributes, index: number): Promise<void> => {
  const { name, failurePolicy } = invocation.hook.webhook
  const { object, oldObject } = attributes
  const told = {
    ...attributes,
    object: object && invocation.show(object),
    oldObject: oldObject && invocation.show(oldObject),
  }
  try {
    await counted(asker, invocation.hook.webhook, attributes, 'validating', async () => {
      const verdict = await askWebhook(asker, invocation, told, false)
      if (!verdict.allowed) throw denial(name, verdict.result)
    })
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (failurePolicy !== 'Ignore') throw internalError(error)
    asker.remarks.annotate(`${PASSED_OVER}/round_0_index_${index}`, name)
  }
}
