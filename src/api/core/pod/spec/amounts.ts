import { type Amounts, addAmounts, largestAmounts } from '#schema/quantity-sum.ts'
import type { PodSpec } from './spec.ts'

/** What a pod as a whole may say of itself; of other resources its containers' word counts. */
const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')

/**
 * What a pod's containers ask for, or are limited to, at the same time: those that run together, or where that is more
 * one that comes before them. What it says as a whole counts instead. Without overhead.
 */
export const podAmounts = (spec: PodSpec, of: 'requests' | 'limits'): Amounts => {
  let running: Amounts = {}
  for (const { resources } of spec.containers ?? []) running = addAmounts(running, resources?.[of] ?? {})
  /** Of those that begin before the others and stay. */
  let staying: Amounts = {}
  let starting: Amounts = {}
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const own = resources?.[of] ?? {}
    if (restartPolicy === 'Always') {
      running = addAmounts(running, own)
      staying = addAmounts(staying, own)
      starting = largestAmounts(starting, staying)
    } else starting = largestAmounts(starting, addAmounts(own, staying))
  }
  const whole = Object.entries(spec.resources?.[of] ?? {}).filter(([name]) => isPodLevel(name))
  return { ...largestAmounts(running, starting), ...Object.fromEntries(whole) }
}
