import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Conntrack, openConntrack } from '#kernel/conntrack/conntrack.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import type { ServiceFault } from '#reconciler/services/service-fault.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/services/service-proxy.ts'
import type { Cluster } from '../contract/model.ts'
import { differences, type Plans } from '../property/clusters.ts'
import { OWN_PODS } from '../property/plan.ts'

interface StartOptions {
  readonly anew: boolean
}

const READY_MS = 10_000

/**
 * A proxy over the kernel of one namespace, told of generated clusters. It is an error if the kernel refuses anything.
 */
export class NodeUnderTest {
  readonly #kernel: { readonly nftables: Nftables; readonly conntrack: Conntrack }
  readonly #faults: ServiceFault[] = []
  #proxy: ServiceProxy | undefined

  constructor(path: string) {
    this.#kernel = { nftables: openNftables(path), conntrack: openConntrack(path) }
  }

  /**
   * Starts, over what an earlier process has left unless `anew`, and is told of everything.
   */
  async start({ node }: Cluster, plans: Plans, { anew }: StartOptions): Promise<void> {
    this.#proxy?.stop()
    if (anew)
      for (const family of ['ip', 'ip6'])
        this.#kernel.nftables.run(`table ${family} fairlead\ndelete table ${family} fairlead\n`)
    const { name, zone, nodePortAddresses, podCidrs, serviceCidrs } = node
    let synced = () => {}
    this.#proxy = createServiceProxy({
      node: {
        name,
        zone,
        nodeAddresses: nodePortAddresses,
        podCidrs,
        serviceCidrs,
        ownPods: OWN_PODS,
      },
      kernel: this.#kernel,
      synced: new Promise<void>((resolve) => (synced = resolve)),
      onFault: (fault) => this.#faults.push(fault),
    })
    this.#tell([], plans)
    synced()
    const late = sleep(READY_MS, undefined, { ref: false }).then(() => this.#faults)
    assert.equal(await Promise.race([this.#proxy.ready, late]), undefined, 'the tables are not written')
    this.#check()
  }

  change(before: Plans, after: Plans): void {
    this.#tell(before, after)
    this.#proxy?.flush()
    this.#check()
  }

  stop(): void {
    this.#proxy?.stop()
    this.#kernel.nftables.close()
    this.#kernel.conntrack.close()
  }

  #tell(before: Plans, after: Plans): void {
    const { written, gone } = differences(before, after)
    for (const one of gone) {
      const [namespace = '', name = ''] = one.split('/')
      this.#proxy?.serviceChanged({ namespace, name }, undefined, [])
    }
    for (const { service, slices } of written) {
      const { namespace = '', name = '' } = service.metadata ?? {}
      this.#proxy?.serviceChanged({ namespace, name }, service, slices)
    }
  }

  #check(): void {
    assert.deepEqual(this.#proxy?.state().failed, [])
    const failures = this.#faults.filter(({ kind }) => kind !== 'claim-lost' && kind !== 'no-local-endpoints')
    assert.deepEqual(failures, [])
  }
}
