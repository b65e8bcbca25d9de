import type { Draft } from '#schema/defaulting.ts'
import type { HorizontalPodAutoscaler } from './message.ts'

type Behavior = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']>['behavior']>
type Rules = NonNullable<Behavior['scaleUp']>

const up = (): Draft<Rules> => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
})
const down = (): Draft<Rules> => ({
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
})

/** Rules, filled up from others. */
const complete = (rules: Draft<Rules> | undefined, by: Draft<Rules>): Draft<Rules> => ({
  ...by,
  ...rules,
  ...(!rules?.policies?.length && by.policies && { policies: by.policies }),
})

/** One pod at least, four fifths of the CPU that they ask for; who says how to go up or down is told the rest of it. */
export const defaultHorizontalPodAutoscaler = ({ spec }: Draft<HorizontalPodAutoscaler>): void => {
  if (spec === undefined) return
  spec.minReplicas ??= 1
  if (!spec.metrics?.length)
    spec.metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ]
  if (!spec.behavior) return
  spec.behavior.scaleUp = complete(spec.behavior.scaleUp, up())
  spec.behavior.scaleDown = complete(spec.behavior.scaleDown, down())
}
