import type { ResourceQuota } from '#api/core/resourcequota/message.ts'
import type { Evaluator, QuotaChange } from '#api/core/resourcequota/usage/evaluator.ts'
import { scopesOf } from '#api/core/resourcequota/usage/scope.ts'
import type { ApiObject } from '#api/resource.ts'
import { type Amounts, addAmounts, compareQuantities, subtractQuantities } from '#schema/quantity-sum.ts'

/** The quotas that a change takes from, with what is used of them then; or why it may not. */
type Charge = { readonly charged: readonly ResourceQuota[] } | { readonly refusal: string }

const pick = (amounts: Amounts, isPicked: (name: string, amount: string) => boolean): Amounts =>
  Object.fromEntries(Object.entries(amounts).filter(([name, amount]) => isPicked(name, amount)))

const isSome = (_: string, amount: string): boolean => compareQuantities(amount, '0') !== 0

/** `pods=1,requests.cpu=500m`. */
const written = (amounts: Amounts, names: readonly string[]): string =>
  Object.keys(amounts)
    .filter((name) => names.includes(name))
    .sort()
    .map((name) => `${name}=${amounts[name]}`)
    .join(',')

const matches = (quota: ResourceQuota, evaluator: Evaluator, object: ApiObject): boolean =>
  Object.keys(quota.status?.hard ?? {}).some(evaluator.tracks) &&
  scopesOf(quota).every((scope) => evaluator.isIn(scope, object))

/** What comes to what was there before; what has become less is only counted. */
const added = (usage: Amounts, before: Amounts): Amounts =>
  Object.fromEntries(
    Object.entries(usage).map(([name, amount]) => {
      const more = subtractQuantities(amount, before[name] ?? '0')
      return [name, compareQuantities(more, '0') < 0 ? '0' : more]
    }),
  )

/** What of a quota a change may not go without, or has not been counted yet. */
const unfit = (quota: ResourceQuota, evaluator: Evaluator, object: ApiObject): string | undefined => {
  const name = quota.metadata?.name ?? ''
  const { hard = {}, used = {} } = quota.status ?? {}
  const limited = Object.keys(hard).filter(evaluator.tracks)
  const missing = evaluator.missing?.(limited, object)
  if (missing !== undefined) return `failed quota: ${name}: ${missing}`
  if (limited.every((one) => used[one] !== undefined)) return undefined
  return `status unknown for quota: ${name}, resources: ${limited.sort().join(',')}`
}

/** What is used of a quota when this much comes to it, or why it may not. */
const chargeOne = (quota: ResourceQuota, delta: Amounts): ResourceQuota | string => {
  const { hard = {}, used = {} } = quota.status ?? {}
  const requested = pick(delta, (name) => hard[name] !== undefined)
  const next = addAmounts(used, requested)
  const exceeded = Object.keys(requested).filter((name) => compareQuantities(next[name]!, hard[name]!) > 0)
  if (exceeded.length === 0) return { ...quota, status: { ...quota.status, used: next } }
  const amounts = `requested: ${written(requested, exceeded)}, used: ${written(used, exceeded)}`
  return `exceeded quota: ${quota.metadata?.name}, ${amounts}, limited: ${written(hard, exceeded)}`
}

/** Holds a change against the quotas of its namespace, all of which it must keep. `now` in milliseconds. */
export const charge = (
  quotas: readonly ResourceQuota[],
  evaluator: Evaluator,
  { object, previous, subresource }: QuotaChange,
  now: number,
): Charge => {
  const concerned = quotas.filter((quota) => matches(quota, evaluator, object))
  for (const quota of concerned) {
    const refusal = unfit(quota, evaluator, object)
    if (refusal !== undefined) return { refusal }
  }
  if (concerned.length === 0) return { charged: [] }
  const usage = evaluator.usage(object, now)
  const negative = Object.keys(usage).filter((name) => compareQuantities(usage[name]!, '0') < 0)
  if (negative.length > 0) return { refusal: `quota usage is negative for resource(s): ${negative.sort().join(',')}` }
  const more = previous && added(usage, evaluator.usage(previous, now))
  const charged: ResourceQuota[] = []
  for (const quota of concerned) {
    // What was in none of its scopes before is new to it.
    const delta = pick(more && matches(quota, evaluator, previous!) ? more : usage, isSome)
    if (Object.keys(delta).length === 0) continue
    const next = chargeOne(quota, delta)
    if (typeof next !== 'string') charged.push(next)
    else if (subresource !== 'status') return { refusal: next }
  }
  return { charged }
}
