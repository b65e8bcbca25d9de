import type { Protocol } from '#net/port-protocol.ts'
import type { Labels } from '#objects/object.ts'
import { heldAddress } from '#policy/peer.ts'
import { isAll } from '#policy/traffic.ts'
import type { Near } from '../../policies/nearest.ts'
import type { PolicyView } from '../../policies/policy-view.ts'
import { policyRef } from '../../policies/word.ts'
import type { Cure } from '../../trace/cure.ts'
import type { DnsForgotten } from '../../trace/findings/isolated.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { apply } from '../cure.ts'
import { ownPolicy, refOfOwn } from './own-policy.ts'
import { dnsPeer, peerFor } from './peer-of.ts'

interface Forgotten {
  readonly pods: readonly ObjectRef[]
  readonly policies: readonly ObjectRef[]
  readonly protocols: readonly Protocol[]
  readonly nearest: Near | undefined
  /** Where the DNS answers. */
  readonly endpoint: { readonly address: string; readonly port: number }
  /** Of its Service. */
  readonly selector: Labels | undefined
  /** What lets it pass: its name, and whom it selects. */
  readonly own: { readonly name: string; readonly namespace: string; readonly subject: object }
}

/** That policies let DNS not be asked, with the policy that lets it, over both protocols. */
export function dnsFinding(
  view: PolicyView,
  { pods, policies, protocols, nearest, endpoint: { address, port }, selector, own }: Forgotten,
): DnsForgotten & { readonly cures: readonly Cure[] } {
  const held = heldAddress(address)
  const party = held && view.partyAt(held)
  const peer = party === undefined || view.isDns(party) ? dnsPeer(view) : peerFor(party, own.namespace, selector)
  const ports = [
    { protocol: 'UDP', port },
    { protocol: 'TCP', port },
  ]
  const policy = ownPolicy(own.namespace, own.name, own.subject, 'egress', { to: [peer], ports })
  return {
    reason: 'dns-forgotten',
    pods,
    policies,
    port,
    protocols,
    ...(nearest !== undefined &&
      isForDns(nearest) && {
        nearest: { policy: policyRef(nearest.policy), path: nearest.path, missing: nearest.missing },
      }),
    cures: [apply({ code: 'let-dns-pass', policy: refOfOwn(policy) }, policy)],
  }
}

/** A rule that was meant to let DNS pass: it names its port or its Service; what means all ports, or other ones, is of others. */
const isForDns = ({ rule, missing }: Near): boolean => {
  const port = missing.find(({ code }) => code === 'port')
  if (missing.some(({ code }) => code === 'service-address')) return true
  return port === undefined ? !isAll(rule.traffic) : missing.length === 1 && rule.names.length > 0
}
