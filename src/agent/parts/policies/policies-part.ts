import { NodePolicy, type PolicyChange } from '#policy/node-policy.ts'
import { FlowReview } from '#reconciler/policy/flow-review.ts'
import { PolicyTarget } from '#reconciler/policy/policy-target.ts'
import { PolicyWriter } from '#reconciler/policy/policy-writer.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { mendingText } from '../../watch/mending-text.ts'
import { attachedPods } from '../attachments/attachment-record.ts'
import { HeldPods } from './held-pods.ts'
import type { NamedPod } from './pod-name.ts'
import { policyMetrics } from './policy-metrics.ts'

interface PoliciesPart extends Part {
  readonly policy: NodePolicy
  /** Resolves when the kernel holds what is said of a pod with these addresses; rejects where it does not want to. */
  hold(pod: NamedPod, addresses: readonly string[]): Promise<void>
  /** Its addresses leave the kernel, before another gets them. */
  release(pod: NamedPod): void
}

/** NetworkPolicies and ClusterNetworkPolicies for the pods of the node: caches → policy → reconciler → kernel. */
export const policies = nodePart({
  name: 'policies',
  needs: { parts: [], sources: ['policies'] },
  carriesPods: true,
  start(node): PoliciesPart {
    const { sources, clock, log } = node
    const nftables = node.kernel.nftables()
    const conntrack = node.kernel.conntrack()
    let refusal: Error | undefined
    const known = new Set<PolicyChange>()
    const policy = new NodePolicy(node.name, (change) => {
      known.add(change)
      loop.changed([change])
    })
    const own = new Set<string>(node.addresses)
    const flows = new FlowReview({
      conntrack,
      policy,
      own: (address) => own.has(address),
      clock,
      onFault: (error) => log('connections that are not allowed any more cannot be ended', error),
    })
    const writer = new PolicyWriter(nftables, { isAlone: node.cluster.without?.includes('proxy') ?? false })
    const loop: TargetLoop<PolicyChange> = new TargetLoop<PolicyChange>({
      target: new PolicyTarget(writer, policy, {
        all: () => known,
        forgotten: (key) => known.delete(key),
        less: () => flows.soon(),
      }),
      clock,
      synced: sources.policies.synced,
      onRefusal: ({ key, error }) => log(`${key} is not in the kernel, and closed`, error),
      onFault: (error) => log('the kernel refuses the tables of policies', error),
      onMending: (mending) => log(mendingText('policies', mending)),
      onTurn: ({ error }) => {
        refusal = error
      },
    })
    const held = new HeldPods(node.name, policy, () => clock.now())
    // What is attached since before our start has its addresses, whatever the API tells of them yet.
    for (const { pod, addresses } of attachedPods(node.stateDir)) held.hold(pod, addresses)
    // Connections may have stayed that were to be ended when the agent before us went.
    void loop.ready.then(() => flows.soon())
    const end = sources.policies.subscribe(held.listener)
    return {
      policy,
      metrics: policyMetrics({
        policy,
        state: () => loop.state(),
        elements: () => writer.elements,
        ended: () => flows.ended,
      }),
      ready: Promise.all([sources.policies.synced, loop.ready]),
      async hold(pod, addresses) {
        await loop.ready
        const key: PolicyChange = `pod ${held.hold(pod, addresses)}`
        loop.flush()
        const { refused, fault } = loop.state()
        const error = fault ?? refused.find((one) => one.key === key)?.error
        if (error !== undefined) throw error
      },
      release(pod) {
        held.release(pod)
        loop.flush()
      },
      status: () => ({
        ready: loop.state().appliedAt !== undefined && refusal === undefined,
        faults: [
          ...(refusal ? [`the kernel refuses the tables of policies: ${refusal.message}`] : []),
          ...loop
            .state()
            .refused.map(({ key, error }) => `${key}: its policies are not in the kernel: ${error.message}`),
        ],
      }),
      look: () => loop.look().map((mending) => mendingText(node.name, mending)),
      stop() {
        end()
        flows.stop()
        loop.stop()
        conntrack.close()
        nftables.close()
      },
    }
  },
})
