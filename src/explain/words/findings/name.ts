import type {
  DnsNameUnknown,
  DnsNotAsked,
  ExternalName,
  OtherNamespace,
  ServiceUnknown,
} from '../../trace/findings/name.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText, senderText } from '../object.ts'
import { otherResolverText } from '../resolver.ts'
import { listed } from '../text.ts'

export function dnsNameUnknown(finding: DnsNameUnknown): FindingText {
  const unknown = `DNS has no name ${finding.name} (NXDOMAIN)`
  switch (finding.cause) {
    case 'search-list': {
      const { fullName, sender, searches, refused } = finding
      if (refused !== undefined)
        return {
          message: `the search for ${finding.name} ends at ${refused}, which DNS refuses; it has ${fullName}`,
          details: [`${senderText(sender)} puts ${listed(searches, 'and')} behind a name, in this order`, NOT_RESOLVED],
        }
      const puts = searches.length === 0 ? 'nothing' : `only ${listed(searches, 'or')}`
      return {
        message: `${unknown}; it has ${fullName}, and ${senderText(sender)} puts ${puts} behind a name`,
        details: ['a pod of dnsPolicy ClusterFirst has the search list of its namespace'],
      }
    }
    case 'node':
      return {
        message: `${unknown}: it is a node, and nodes have no names there`,
        details: [`${finding.name} is ${listed(finding.addresses)}`],
      }
    case 'nothing': {
      const { near, domain, letOut } = finding
      return {
        message: `${unknown}${near.length > 0 ? `; the nearest: ${listed(near, 'or')}` : ''}`,
        details: [
          `the shape of a name: SERVICE, SERVICE.NAMESPACE, or SERVICE.NAMESPACE.svc.${domain}`,
          ...(letOut === undefined ? [] : [letOut ? ASKED_OUTSIDE : NOT_RESOLVED]),
        ],
      }
    }
  }
}

const ASKED_OUTSIDE =
  'a name outside of the cluster is asked of the machine’s own resolver; no Service has a part in it'
const NOT_RESOLVED = 'a name outside of the cluster is not resolved: the cluster was started without --egress'

export function dnsNotAsked(finding: DnsNotAsked): FindingText {
  const { name, sender, asks, servers, fixed } = finding
  const found = 'service' in finding ? `Service ${nameText(finding.service)}` : listed(finding.addresses)
  return {
    message: `${otherResolverText(sender, asks)}: ${name} is ${found} in the cluster’s DNS alone`,
    details: [
      ...(servers.length > 0 ? [`the cluster’s DNS is at ${listed(servers)}`] : []),
      ...(fixed
        ? [
            'dnsPolicy cannot be changed in a pod that is there: make it anew with ClusterFirst, or ClusterFirstWithHostNet where it has hostNetwork',
          ]
        : []),
    ],
  }
}

export const externalName = ({ service, target, outside, letOut }: ExternalName): FindingText =>
  outside
    ? {
        message: `Service ${nameText(service)} is an ExternalName: DNS answers with the name ${target}, and no packet passes a Service`,
        details: [
          letOut
            ? 'whether it answers depends on the machine’s resolver and on the way there'
            : 'the cluster was started without --egress, so that name is not resolved and nothing is let out',
        ],
      }
    : {
        message: `Service ${nameText(service)} is an ExternalName of ${target}, which nothing in the cluster has (NXDOMAIN)`,
      }

export const serviceUnknown = ({ service, namespaces, others }: ServiceUnknown): FindingText => ({
  message: `there is no Service ${service.name} in namespace ${service.namespace}`,
  details: [
    ...(namespaces ? [`there is no namespace ${service.namespace} either; there are ${listed(namespaces)}`] : []),
    ...(others ? [`Services there: ${listed(others)}`] : []),
  ],
})

export const otherNamespace = ({ service, namespaces }: OtherNamespace): FindingText => ({
  message: `Service ${service.name} is not in namespace ${service.namespace}, but in ${listed(namespaces)}; a name without a namespace means the sender’s own, or --namespace`,
})
