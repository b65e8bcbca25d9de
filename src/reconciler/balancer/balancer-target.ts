import type { BalancedFrontend, BalancedNodes } from '#forwarding/load-balancer.ts'
import type { Edit, Target, Told } from '../target/target.ts'
import type { BalancerWriter } from './balancer-writer.ts'

/** What the load balancer shall be. */
interface WantedBalancer {
  readonly frontends: readonly BalancedFrontend[]
  readonly nodes: Pick<BalancedNodes, 'present'>
}

/** It is written as a whole, so there is one key. */
export const BALANCER = 'balancer'

/** The load balancer's rules in the fabric's kernel. */
export class BalancerTarget implements Target<typeof BALANCER> {
  readonly #open: () => BalancerWriter
  readonly #wanted: () => WantedBalancer
  #writer: BalancerWriter | undefined

  /** Opened when it is first written: a boot waits for us. */
  constructor(open: () => BalancerWriter, wanted: () => WantedBalancer) {
    this.#open = open
    this.#wanted = wanted
  }

  adopt(): Iterable<typeof BALANCER> {
    this.#writer ??= this.#open()
    return [BALANCER]
  }

  read(): readonly Edit<typeof BALANCER>[] {
    return this.#writer === undefined || this.#writer.audit()
      ? []
      : [{ found: ['the rules of the load balancer are not as they were made'] }]
  }

  write(keys: readonly (typeof BALANCER)[], told: Told<typeof BALANCER>): void {
    if (keys.length === 0) return
    const { frontends, nodes } = this.#wanted()
    this.#writer?.apply(frontends, nodes)
    told.written(keys)
  }

  close(): void {
    this.#writer?.close()
  }
}
