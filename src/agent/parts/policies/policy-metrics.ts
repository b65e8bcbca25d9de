import { Registry } from '#metrics/registry.ts'
import type { NodePolicy } from '#policy/node-policy.ts'
import { policyKey } from '#policy/rule.ts'

interface PolicyReadings {
  readonly policy: Pick<NodePolicy, 'selected' | 'policiesOf' | 'identities'>
  readonly state: () => { readonly refused: readonly unknown[]; readonly mended: number }
  /** Of the kernel's maps and sets. */
  readonly elements: () => number
  /** Connections, since the part has started. */
  readonly ended: () => number
}

/** What the policies of a node come to, as numbers. All is read when somebody asks. */
export const policyMetrics = ({ policy, state, elements, ended }: PolicyReadings): Registry => {
  const registry = new Registry()
  registry.read(
    'gauge',
    { name: 'fairlead_policies', help: 'Policies of either kind that select a pod of this node.' },
    () => new Set([...policy.selected()].flatMap((pod) => policy.policiesOf(pod).map(policyKey))).size,
  )
  registry.read(
    'gauge',
    { name: 'fairlead_policies_pods', help: 'Pods of this node that a policy selects.' },
    () => [...policy.selected()].length,
  )
  registry.read(
    'gauge',
    { name: 'fairlead_policies_identities', help: 'Classes of addresses that the policies in use treat alike.' },
    () => policy.identities,
  )
  registry.read(
    'gauge',
    { name: 'fairlead_policies_elements', help: 'Elements of maps and sets in the kernel for policies.' },
    elements,
  )
  registry.read(
    'gauge',
    { name: 'fairlead_policies_refused', help: 'Pods and addresses whose policies the kernel refused.' },
    () => state().refused.length,
  )
  registry.read(
    'counter',
    { name: 'fairlead_policies_mended_total', help: 'Times that somebody else had edited the tables of policies.' },
    () => state().mended,
  )
  registry.read(
    'counter',
    { name: 'fairlead_policies_connections_ended_total', help: 'Connections that policies do not allow any more.' },
    ended,
  )
  return registry
}
