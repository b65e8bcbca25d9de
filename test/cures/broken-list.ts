import type { Reason } from '#explain/trace/finding.ts'
import type { Broken } from './broken.ts'
import { brokenByHand } from './broken-by-hand.ts'
import { brokenNames } from './broken-names.ts'
import { brokenPods } from './broken-pods.ts'
import { brokenPolicies } from './broken-policies.ts'
import { brokenServices } from './broken-services.ts'

/** Every reason has at least one cluster that gives it. */
export const brokenList: Readonly<Record<Reason, readonly Broken[]>> = {
  ...brokenServices,
  ...brokenPods,
  ...brokenNames,
  ...brokenPolicies,
  ...brokenByHand,
}
