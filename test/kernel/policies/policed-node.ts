import { hash } from 'node:crypto'
import type { Clock } from '#clock/clock.ts'
import { POLICY_TABLE } from '#dataplane/policy/ruleset.ts'
import { sets } from '#dataplane/policy/sets.ts'
import type { Conntrack } from '#kernel/conntrack/conntrack.ts'
import type { Nftables } from '#kernel/nftables/libnftables.ts'
import type { ElementChange } from '#net/element-change.ts'
import type { NodePolicy, PolicyChange } from '#policy/node-policy.ts'
import { FlowReview } from '#reconciler/policy/flow-review.ts'
import { PolicyTarget } from '#reconciler/policy/policy-target.ts'
import { PolicyWriter } from '#reconciler/policy/policy-writer.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'
import { NotedFlows } from '#reconciler/testing/noted-flows.ts'
import type { PolicyCluster } from '../../contract/policies/model.ts'
import { told } from '../../property/node-policies.ts'

interface PolicedNodeOptions {
  readonly nftables: Nftables
  readonly cluster: PolicyCluster
  /** The node's name. */
  readonly here: string
  readonly clock: Clock
  readonly conntrack?: Conntrack
  readonly own?: readonly string[]
}

/** Policies of a cluster over the kernel of one namespace, as the node's part keeps them. */
interface PolicedNode {
  readonly policy: NodePolicy
  readonly loop: TargetLoop<PolicyChange>
  readonly writer: PolicyWriter
  readonly flows: FlowReview
  /** What the loop told of refusals and faults, in its words. */
  readonly told: readonly string[]
  stop(): void
}

export function startPolicedNode({
  nftables,
  cluster,
  here,
  clock,
  conntrack = new NotedFlows(),
  own = [],
}: PolicedNodeOptions): PolicedNode {
  const known = new Set<PolicyChange>()
  const words: string[] = []
  let loop: TargetLoop<PolicyChange> | undefined
  const policy = told(cluster, here, (change) => {
    known.add(change)
    loop?.changed([change])
  })
  const flows = new FlowReview({
    conntrack,
    policy,
    own: (address) => own.includes(address),
    clock,
    onFault: (error) => words.push(error.message),
  })
  const writer = new PolicyWriter(nftables)
  const target = new PolicyTarget(writer, policy, {
    all: () => known,
    forgotten: (key) => known.delete(key),
    less: () => flows.soon(),
  })
  loop = new TargetLoop({
    target,
    clock,
    onRefusal: ({ key, error }) => words.push(`${key}: ${error.message}`),
    onFault: (error) => words.push(error.message),
  })
  loop.flush()
  return {
    policy,
    loop,
    writer,
    flows,
    told: words,
    stop() {
      loop.stop()
      flows.stop()
    },
  }
}

/** All that the kernel holds for policies, in its own bytes: elements, rules, hooks, flags. */
export function everything(nftables: Nftables): readonly string[] {
  const lines: string[] = []
  const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')
  for (const family of ['ip', 'ip6'] as const) {
    for (const { name } of sets)
      nftables.dump(family, POLICY_TABLE, name, ({ key, keyEnd, data, verdict, isEnd }) => {
        // An end before all ranges, which nft puts there when it first adds one.
        if (name === 'cells' && isEnd && /^0+$/.test(hex(key))) return
        lines.push(
          `${family} ${name} ${hex(key)} ${hex(keyEnd)} ${hex(data)} ${verdict?.code ?? ''}${isEnd ? ' end' : ''}`,
        )
      })
    let rule = 0
    nftables.rules(family, POLICY_TABLE, (chain, bytes) =>
      lines.push(`${family} ${chain} ${rule++} ${hash('sha1', bytes)}`),
    )
    nftables.hooks(family, POLICY_TABLE, (chain = 'flags', bytes) => lines.push(`${family} ${chain} ${hex(bytes)}`))
  }
  return lines.sort()
}

/** What was written, transaction by transaction: the elements that it deletes and adds, each in a word. */
export interface Written {
  readonly deleted: readonly string[]
  readonly added: readonly string[]
}

/** Another nftables over one, which notes what is written. */
export function noting(nftables: Nftables, note: (written: Written) => void): Nftables {
  return {
    run(text) {
      const words = (command: string) =>
        text
          .split('\n')
          .filter((line) => line.startsWith(`${command} element `))
          .flatMap((line) => line.slice(line.indexOf('{') + 1, line.lastIndexOf('}')).split(','))
      note({ deleted: words('delete'), added: words('add') })
      nftables.run(text)
    },
    apply(changes) {
      const words = (command: ElementChange['command']) =>
        changes.filter((one) => one.command === command).flatMap(({ set, count }) => Array(count).fill(set))
      note({ deleted: words('delete'), added: words('add') })
      nftables.apply(changes)
    },
    read: (text) => nftables.read(text),
    dump: (...given) => nftables.dump(...given),
    rules: (...given) => nftables.rules(...given),
    hooks: (...given) => nftables.hooks(...given),
    generation: () => nftables.generation(),
    close: () => {},
  }
}
