import type { PolicyObject } from './world.ts'

/** Labels that must be so. */
export const labelled = (label: string, ...values: readonly string[]): object =>
  values.length === 1
    ? { matchLabels: { [label]: values[0]! } }
    : { matchExpressions: [{ key: label, operator: 'In', values }] }

/** Labels as an expression says. */
export const expressed = (key: string, operator: string, ...values: readonly string[]): object => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
})

export const policy = (of: string, spec: object, name = 'one'): PolicyObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: of, name },
  spec,
})

export const clusterPolicy = (name: string, tier: 'Admin' | 'Baseline', spec: object, priority = 10): PolicyObject => ({
  apiVersion: 'policy.networking.k8s.io/v1alpha2',
  kind: 'ClusterNetworkPolicy',
  metadata: { name },
  spec: { tier, priority, ...spec },
})
