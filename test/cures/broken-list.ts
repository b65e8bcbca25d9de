import type { Reason } from '#explain/trace/finding.ts'
import type { Broken } from './broken.ts'
import { brokenByHand } from './broken-by-hand.ts'
import { behindGateways, brokenGateways } from './broken-gateways.ts'
import { brokenNames } from './broken-names.ts'
import { brokenPods } from './broken-pods.ts'
import { brokenPolicies } from './broken-policies.ts'
import { brokenRoutes } from './broken-routes.ts'
import { brokenServices } from './broken-services.ts'

/** Every reason has at least one cluster that gives it. */
export const brokenList: Readonly<Record<Reason, readonly Broken[]>> = {
  ...brokenServices,
  ...brokenPods,
  ...brokenNames,
  ...brokenPolicies,
  ...brokenByHand,
  ...brokenGateways,
  ...brokenRoutes,
  'policy-isolates': [...brokenPolicies['policy-isolates'], ...behindGateways['policy-isolates']],
  'selector-matches-nothing': [
    ...brokenPods['selector-matches-nothing'],
    ...behindGateways['selector-matches-nothing'],
  ],
}
