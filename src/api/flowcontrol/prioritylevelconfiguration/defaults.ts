import type { Draft } from '#schema/defaulting.ts'
import type { PriorityLevelConfiguration } from './message.ts'

export const defaultPriorityLevelConfiguration = ({ spec }: Draft<PriorityLevelConfiguration>): void => {
  if (spec?.exempt) {
    spec.exempt.nominalConcurrencyShares ??= 0
    spec.exempt.lendablePercent ??= 0
  }
  if (!spec?.limited) return
  spec.limited.nominalConcurrencyShares ??= 30
  spec.limited.lendablePercent ??= 0
  const queuing = spec.limited.limitResponse?.queuing
  if (!queuing) return
  queuing.queues ||= 64
  queuing.handSize ||= 8
  queuing.queueLengthLimit ||= 50
}
