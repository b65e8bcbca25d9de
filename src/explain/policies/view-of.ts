import type { ClusterFacts } from '../cluster/facts.ts'
import { PolicyView } from './policy-view.ts'

/** Facts do not change: what their policies say is read once. */
const views = new WeakMap<ClusterFacts, PolicyView>()

/** The policies of a cluster; undefined where nobody could look at them. */
export const policiesOf = (facts: ClusterFacts): PolicyView | undefined => {
  const known = views.get(facts)
  if (known !== undefined || facts.policies === undefined) return known
  const { pods, nodes, namespaces, namespaceLabels = {}, network, policies } = facts
  const view = new PolicyView({
    namespaces: [...new Set([...namespaces, ...Object.keys(namespaceLabels)])].map((name) => ({
      metadata: { name, labels: Object.hasOwn(namespaceLabels, name) ? namespaceLabels[name] : {} },
    })) as never,
    pods,
    nodes,
    ...policies,
    dnsOnNodes: network.dnsOnNodes === true,
  })
  views.set(facts, view)
  return view
}
