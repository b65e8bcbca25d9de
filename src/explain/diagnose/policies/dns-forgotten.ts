import type { Protocol } from '#net/port-protocol.ts'
import type { Labels } from '#objects/object.ts'
import { heldAddress } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import { DNS, type PolicyView } from '../../policies/policy-view.ts'
import { policyRef } from '../../policies/word.ts'
import type { Cure } from '../../trace/cure.ts'
import type { DnsForgotten } from '../../trace/findings/isolated.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import { patch } from '../cure.ts'
import { addRule } from './cures.ts'
import { peerFor, selectorOfNamespace } from './peer-of.ts'

interface Forgotten {
  readonly pods: readonly ObjectRef[]
  readonly policies: readonly ObjectRef[]
  readonly protocols: readonly Protocol[]
  /** Which shall let it pass. */
  readonly policy: Policy
  /** Where the DNS answers. */
  readonly endpoint: { readonly address: string; readonly port: number }
  /** Of its Service. */
  readonly selector: Labels | undefined
}

/** That policies let DNS not be asked, with the rule that lets it, over both protocols. */
export function dnsFinding(
  view: PolicyView,
  { pods, policies, protocols, policy, endpoint: { address, port }, selector }: Forgotten,
): DnsForgotten & { readonly cures: readonly Cure[] } {
  const object = view.objectOf(policy)
  const held = heldAddress(address)
  const party = held && view.partyAt(held)
  const peer =
    party === undefined || view.isDns(party)
      ? {
          namespaceSelector: selectorOfNamespace(view.namespaceLabels(DNS.namespace)) ?? {},
          podSelector: { matchLabels: DNS.labels },
        }
      : peerFor(party, object.metadata?.namespace ?? '', selector)
  const ports = [
    { protocol: 'UDP', port },
    { protocol: 'TCP', port },
  ]
  const rule = { to: [peer], ports }
  return {
    reason: 'dns-forgotten',
    pods,
    policies,
    port,
    protocols,
    cures: [
      patch(
        { code: 'let-dns-pass', policy: policyRef(policy) },
        'networkpolicy',
        object,
        addRule(object, 'egress', rule),
      ),
    ],
  }
}
