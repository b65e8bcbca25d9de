import type { PolicyEnd, PolicyRule, PolicyWord } from '../../trace/policies/word.ts'
import type { NodeStep } from '../../trace/walk/step.ts'
import { nameText, objectText } from '../object.ts'
import { listed, withProtocol } from '../text.ts'
import type { StepText } from '../walk/step-text.ts'

/** `pod y/b`, `node-1 (in place of 10.244.2.3)`, `203.0.113.7` */
export function endText({ address, pod, node, insteadOf }: PolicyEnd): string {
  const who = pod ? objectText(pod) : (node ?? address)
  return insteadOf === undefined ? who : `${who} (which put its address in place of ${insteadOf})`
}

/** As a cure has it: `pod y/b`, `what node-1 sends on for 10.244.2.3` */
export const peerText = ({ insteadOf, ...end }: PolicyEnd): string =>
  insteadOf === undefined ? endText(end) : `what ${endText(end)} sends on for ${insteadOf}`

/** `NetworkPolicy default/web, spec.ingress[0].from[1]` */
export const ruleText = ({ policy, path, tier, priority }: PolicyRule): string =>
  `${objectText(policy)}${tier ? ` (tier ${tier}, priority ${priority})` : ''}, ${path}`

/** `egress of pod default/client to pod default/web, 10.244.2.3:8080/TCP: isolated by default/deny; let pass by …` */
function wordText({ direction, pod, other, port, protocol, passes, isolatedBy, by }: PolicyWord): string {
  const what =
    direction === 'egress'
      ? `to ${other.pod || other.node ? `${endText(other)}, ` : ''}${withProtocol(other.address, port, protocol)}`
      : `at ${port}/${protocol} from ${endText(other)}${other.pod || other.node ? `, ${other.address}` : ''}`
  const isolated = isolatedBy.length > 0 ? `isolated by ${listed(isolatedBy.map(nameText))}` : undefined
  const decided =
    by === undefined
      ? 'no rule lets it pass: dropped'
      : passes
        ? `let pass by ${ruleText(by)}, and its replies too`
        : `denied by ${ruleText(by)}: dropped`
  // A tier before NetworkPolicies decides whatever they say.
  const said = by?.tier === 'Admin' || isolated === undefined ? decided : `${isolated}; ${decided}`
  return `${objectText(pod)}, ${direction} ${what}: ${said}`
}

/** What policies say at one node of a new connection. */
export function policiesStepText({ nodes, words, noDns }: NodeStep & { readonly code: 'policies' }): StepText {
  const at = `${listed(nodes, 'or')}, policies`
  const details = noDns.length > 0 ? [noDnsText(noDns)] : []
  const [first, ...more] = words.map(wordText)
  return more.length === 0
    ? { at, text: first ?? '', details }
    : { at, text: 'of a new connection', details: [first as string, ...more, ...details] }
}

const noDnsText = (protocols: readonly string[]): string =>
  `the cluster’s DNS it may not ask (${listed(protocols.map((one) => `53/${one}`))}): ${
    protocols.includes('UDP') ? 'names do not resolve there' : 'long answers do not come there'
  }`
