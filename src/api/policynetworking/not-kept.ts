/** The kinds of before ClusterNetworkPolicy, and what of it takes their place. */
const BEFORE: Readonly<Record<string, string>> = {
  AdminNetworkPolicy: 'Admin',
  BaselineAdminNetworkPolicy: 'Baseline',
}

/** What is said to who defines, or makes, objects of a kind that our nodes do not keep though its name promises that. */
export const notKeptWarnings = (group: string, kind: string): readonly string[] => {
  const tier = group === 'policy.networking.k8s.io' && Object.hasOwn(BEFORE, kind) ? BEFORE[kind] : undefined
  return tier === undefined
    ? []
    : [
        `${kind}: Fairlead's nodes do not keep it; write a ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2, spec.tier ${tier}, in its place`,
      ]
}
