import type { ResourceQuota } from '#api/core/resourcequota/message.ts'
import type { Evaluator } from '#api/core/resourcequota/usage/evaluator.ts'
import { scopesOf } from '#api/core/resourcequota/usage/scope.ts'
import type { ApiObject } from '#api/resource.ts'
import { type Amounts, addAmounts } from '#schema/quantity-sum.ts'

/** What there is of one resource in a quota's namespace, and how it counts. */
export interface Counted {
  readonly evaluator: Evaluator
  readonly objects: readonly ApiObject[]
}

/** Whether objects that are counted so are limited by a quota. */
export const isLimited = ({ spec }: ResourceQuota, evaluator: Evaluator): boolean =>
  Object.keys(spec?.hard ?? {}).some(evaluator.tracks)

const usedOf = (quota: ResourceQuota, { evaluator, objects }: Counted, now: number): Amounts => {
  const names = Object.keys(quota.spec?.hard ?? {}).filter(evaluator.tracks)
  const scopes = scopesOf(quota)
  const zero: Amounts = Object.fromEntries(names.map((name) => [name, '0']))
  return objects
    .filter((object) => scopes.every((scope) => evaluator.isIn(scope, object)))
    .reduce((sum, object) => {
      const usage = evaluator.usage(object, now)
      return addAmounts(sum, Object.fromEntries(Object.entries(usage).filter(([name]) => Object.hasOwn(zero, name))))
    }, zero)
}

/**
 * What a quota gives, and how much of it is used by all that counts. What nothing that is served counts for keeps the
 * number that it had. `now` in milliseconds.
 */
export const quotaStatus = (
  quota: ResourceQuota,
  counted: readonly Counted[],
  now: number,
): NonNullable<ResourceQuota['status']> => {
  const hard = quota.spec?.hard ?? {}
  const before = Object.entries(quota.status?.used ?? {}).filter(([name]) => Object.hasOwn(hard, name))
  const used: Amounts = Object.fromEntries([
    ...before,
    ...counted.flatMap((one) => Object.entries(usedOf(quota, one, now))),
  ])
  return { hard, used }
}
