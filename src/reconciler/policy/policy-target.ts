import type { Element } from '#dataplane/nftables/rule.ts'
import { compileAddress, compileNetworks, compilePod } from '#dataplane/policy/compile.ts'
import type { NodePolicy, PolicyChange } from '#policy/node-policy.ts'
import type { Edit, Target, Told } from '../target/target.ts'
import type { PolicyWriter } from './policy-writer.ts'

interface PolicySurroundings {
  /** All keys that may have something to be written. */
  all(): Iterable<PolicyChange>
  /** Nothing is to be written for this one any more, until it changes again. */
  forgotten(key: PolicyChange): void
  /** Something was written by which less passes. */
  less(): void
}

/** The policies of one node in its kernel: by pod of the node, by address of the cluster, and all networks together. */
export class PolicyTarget implements Target<PolicyChange> {
  readonly #writer: PolicyWriter
  readonly #policy: NodePolicy
  readonly #around: PolicySurroundings

  constructor(writer: PolicyWriter, policy: NodePolicy, around: PolicySurroundings) {
    this.#writer = writer
    this.#policy = policy
    this.#around = around
  }

  adopt(): Iterable<PolicyChange> {
    this.#writer.adopt()
    return this.#around.all()
  }

  read(): readonly Edit<PolicyChange>[] {
    return this.#writer.audit() ? [] : [{ found: ['the tables of policies are not as they were made'] }]
  }

  write(keys: readonly PolicyChange[], told: Told<PolicyChange>): void {
    const entries = keys.map((key) => ({ key, elements: this.#elements(key) }))
    const { refused, isLess } = this.#writer.write(entries)
    for (const { key, elements } of entries) if (elements.length === 0) this.#around.forgotten(key)
    if (isLess) this.#around.less()
    const failed = new Set(refused.map(({ key }) => key))
    told.written(keys.filter((key) => !failed.has(key)))
    for (const { key, error } of refused) told.refused(key as PolicyChange, error)
  }

  #elements(key: PolicyChange): readonly Element[] {
    if (key === 'cells') return compileNetworks(this.#policy.networks())
    const name = key.slice(key.indexOf(' ') + 1)
    if (key.startsWith('address ')) return compileAddress(name, this.#policy.identityOf(name)?.number)
    const pod = this.#policy.localPod(name)
    if (pod === undefined) return []
    return compilePod({
      addresses: pod.addresses,
      ingress: this.#policy.verdicts(name, 'ingress'),
      egress: this.#policy.verdicts(name, 'egress'),
    })
  }
}
