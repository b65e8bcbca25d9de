import type { PolicyCheck, PolicyFinding } from '../../trace/policies/check.ts'
import type { FindingText } from '../finding-text.ts'
import { dnsForgotten, few, wantedText } from '../findings/isolated.ts'
import { labelledText } from '../findings/selector.ts'
import { nameText, objectText } from '../object.ts'
import { findingLines } from '../print.ts'
import { tellCure } from '../tell.ts'
import { listed, plain, plural } from '../text.ts'
import { unseenText } from '../unseen.ts'
import { portText } from '../walk/entry.ts'

/** What was found, as text, for people. */
export function printCheck({ policies, findings, unseen }: PolicyCheck): string {
  const lines = findings.flatMap((finding) => {
    const { message, details = [] } = matterText(finding)
    const told = finding.follows ? [...details, 'so it is when what stands above is done'] : details
    return findingLines({ reason: finding.reason, message, details: told, cures: finding.cures.map(tellCure) })
  })
  const looked = plural(policies, 'policy', 'policies')
  lines.push(
    findings.length === 0 ? `nothing found in ${looked}` : `${plural(findings.length, 'finding')} in ${looked}`,
  )
  if (unseen.length > 0) lines.push('NOT SEEN from here', ...unseen.map((one) => `  ${unseenText(one)}`))
  return `${lines.map(plain).join('\n')}\n`
}

const namespacesText = (names: readonly string[]): string =>
  `${names.length === 1 ? 'namespace' : 'namespaces'} ${few(names)}`

function matterText(finding: PolicyFinding): FindingText {
  switch (finding.reason) {
    case 'dns-forgotten':
      return dnsForgotten(finding)
    case 'service-closed': {
      const { service, port, pods, of, policies } = finding
      const which =
        pods.length === of
          ? `${of === 1 ? 'its only ready pod' : `all ${of} ready pods`}`
          : `${pods.length} of ${of} ready pods`
      return {
        message: `nobody at all may ask ${which} of Service ${nameText(service)} at its port ${portText(port)}: ${few(policies.map(objectText))} ${policies.length === 1 ? 'lets' : 'let'} nobody pass who could ask`,
        details: [few(pods.map(objectText))],
      }
    }
    case 'policy-selects-nothing': {
      const { policy, path, what, wanted, near, elsewhere } = finding
      return {
        message: `${objectText(policy)} selects no ${what === 'pods' ? 'pod' : 'namespace'}: ${path} wants ${listed(wanted.map(wantedText))}`,
        details: [
          ...near.map(labelledText),
          ...(elsewhere === undefined
            ? []
            : [
                `there are such pods in ${namespacesText(elsewhere)}, and a policy is one of its namespace, ${policy.namespace}: write theirs in its metadata, and delete this one`,
              ]),
        ],
      }
    }
    case 'policy-selects-host-network': {
      const { policy, pods } = finding
      return {
        message: `${objectText(policy)} reaches nobody: all that it selects live in the network of their node (hostNetwork), where policies do not apply`,
        details: [few(pods.map(objectText))],
      }
    }
    case 'policy-unreadable':
      return {
        message: `${objectText(finding.policy)} cannot be read in full, and stands closed there`,
        details: finding.faults,
      }
    case 'policy-port-unknown': {
      const { policy, path, name, protocol, declared } = finding
      return {
        message: `${objectText(policy)}, ${path}, means a port called ${name}${protocol ? ` (${protocol})` : ''}, and no pod that is asked has one: nobody passes by it`,
        details: [declared.length > 0 ? `names that they have: ${few(declared)}` : 'they have no names for such ports'],
      }
    }
    case 'peer-means-nobody': {
      const { policy, path, what, wanted, nearest, beside, elsewhere, hosts } = finding
      return {
        message: `${objectText(policy)}, ${path}, means nobody: no ${what === 'namespaces' ? 'namespace' : hosts ? 'other pod there' : 'pod there'} has ${listed(wanted.map(wantedText))}`,
        details: [
          ...(nearest.length > 0 ? [`nearest: ${few(nearest)}`] : []),
          ...(beside === undefined
            ? []
            : [
                `there are such pods in the namespaces of ${beside}, which means all of their pods: with a dash before each they are two peers`,
              ]),
          ...(elsewhere === undefined
            ? []
            : [
                `there are such pods in ${namespacesText(elsewhere)}: a podSelector alone means pods of namespace ${policy.namespace}`,
              ]),
          ...(hosts === undefined
            ? []
            : [
                `${few(hosts.map(objectText))} ${hosts.length === 1 ? 'lives in the network of its node' : 'live in the network of their node'} (hostNetwork): no selector means such pods, and an ipBlock of the node’s address means all of it`,
              ]),
        ],
      }
    }
    case 'peer-is-cluster-ip': {
      const { policy, path, range, service } = finding
      const whose =
        service === undefined ? 'is of the range of ClusterIPs' : `is the ClusterIP of ${objectText(service)}`
      return {
        message: `${objectText(policy)}, ${path}, means nobody: ${range} ${whose}, which policies never see: they see who is behind it`,
      }
    }
    case 'policy-port-is-services': {
      const { policy, path, service, port, target } = finding
      return {
        message: `${objectText(policy)}, ${path}, means port ${portText(port)} of ${objectText(service)}, which leads to ${target} of its pods: policies see that, and no pod that is asked has ${port.port}`,
      }
    }
    case 'rule-is-split': {
      const { policy, path, before } = finding
      return {
        message: `${objectText(policy)}, ${path}, lets anybody in at all ports that its pods have, so that the peers of ${before} mean nothing: with a dash before each they are two rules`,
      }
    }
    case 'priority-shared': {
      const { policies, tier, priority, direction, pod } = finding
      return {
        message: `${listed(policies.map(objectText))} are both of tier ${tier} and priority ${priority}, and both speak of ${direction} of ${objectText(pod)}: which is asked first is not told`,
      }
    }
  }
}
