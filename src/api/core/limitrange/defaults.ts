import type { Draft } from '#schema/defaulting.ts'
import type { LimitRange } from './message.ts'

/** What a container is given where it says nothing is the most that it may have, and what it asks for is what it is given. */
export const defaultLimitRange = ({ spec }: Draft<LimitRange>): void => {
  for (const item of spec?.limits ?? []) {
    if (item.type !== 'Container') continue
    const limits = { ...item.max, ...item.default }
    const requests = { ...item.min, ...limits, ...item.defaultRequest }
    if (Object.keys(limits).length > 0) item.default = limits
    if (Object.keys(requests).length > 0) item.defaultRequest = requests
  }
}
