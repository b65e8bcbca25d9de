import type { Backend, Packet, Verdict } from '../contract/model.ts'
import { nodeAddress } from '../property/plan.ts'
import { type Met, PORTS } from './plan-network.ts'
import type { Outcome } from './prober.ts'

/** What a verdict of the contract looks like from outside. `met`: one of these, each with the source that it sees. */
export type Expectation =
  | { readonly kind: 'met'; readonly by: readonly Met[] }
  | { readonly kind: 'refused'; readonly with: 'reset' | 'port-unreachable' }
  | { readonly kind: 'silence' }

export function expectationOf(verdict: Verdict, packet: Packet): Expectation {
  const { destination, port, source } = packet
  switch (verdict.kind) {
    case 'drop':
      return { kind: 'silence' }
    case 'reject':
      return { kind: 'refused', with: verdict.with === 'tcp-reset' ? 'reset' : 'port-unreachable' }
    case 'pass':
      return { kind: 'met', by: [served({ address: destination, port, source })] }
    case 'dnat':
      return { kind: 'met', by: verdict.backends.map((backend) => served(metBy(backend, packet))) }
  }
}

const metBy = ({ address, port, masquerade }: Backend, { source }: Packet): Met => ({
  address,
  port,
  source: masquerade ? nodeAddress('n1', address.includes(':') ? 1 : 0) : source,
})

/** A plan that leads to a port without a server would look like a refusal. */
function served(met: Met): Met {
  if (!PORTS.includes(met.port)) throw new RangeError(`nobody serves port ${met.port} in the test's network`)
  return met
}

export function agrees(expected: Expectation, outcome: Outcome, { protocol, entry }: Packet): boolean {
  if (outcome.kind === 'met') return expected.kind === 'met' && indexOf(expected.by, outcome) >= 0
  // On the node itself a datagram that is refused, and one that is dropped, fails at once; the refusal is told by ICMP
  // besides.
  if (outcome.kind === 'forbidden')
    return (
      entry === 'node' &&
      protocol !== 'TCP' &&
      (outcome.icmp ? expected.kind === 'refused' : expected.kind === 'silence')
    )
  if (outcome.kind === 'silence') return expected.kind === 'silence'
  return expected.kind === 'refused' && expected.with === outcome.kind
}

export const indexOf = (all: readonly Met[], one: Met): number =>
  all.findIndex(({ address, port, source }) => address === one.address && port === one.port && source === one.source)
