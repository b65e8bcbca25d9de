import type { Draft } from '#schema/defaulting.ts'
import type { FlowSchema } from './message.ts'

export const defaultFlowSchema = ({ spec }: Draft<FlowSchema>): void => {
  if (spec) spec.matchingPrecedence ||= 1000
}
