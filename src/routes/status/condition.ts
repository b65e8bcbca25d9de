import type { WantedCondition } from '../routes.ts'
import type { Fault } from '../values/fault.ts'

/** A condition that holds; where nothing more is to be said its reason is its own name. */
export const holds = (type: string, reason: string = type, message = ''): WantedCondition => ({
  type,
  status: 'True',
  reason,
  message,
})

export const fails = (type: string, { reason, message }: Fault): WantedCondition => ({
  type,
  status: 'False',
  reason,
  message,
})

/** It holds, unless there is a fault. */
export const unless = (type: string, fault: Fault | undefined): WantedCondition =>
  fault === undefined ? holds(type) : fails(type, fault)
