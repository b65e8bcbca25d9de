import type { Draft } from '#schema/defaulting.ts'
import type { PriorityClass } from './message.ts'

export const defaultPriorityClass = (priorityClass: Draft<PriorityClass>): void => {
  priorityClass.preemptionPolicy ??= 'PreemptLowerPriority'
}
