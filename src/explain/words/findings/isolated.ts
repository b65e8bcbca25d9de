import type {
  DnsForgotten,
  MeantPort,
  Missing,
  NearestRule,
  PolicyDenies,
  PolicyFaults,
  PolicyIsolates,
  WantedLabel,
} from '../../trace/findings/isolated.ts'
import type { PolicyEnd } from '../../trace/policies/word.ts'
import type { ObjectRef } from '../../trace/reference.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText, objectText } from '../object.ts'
import { endText, ruleText } from '../policies/word.ts'
import { listed } from '../text.ts'

const MOST = 5

/** At most five, and how many more. */
export const few = (texts: readonly string[], last = 'and'): string =>
  texts.length <= MOST ? listed(texts, last) : `${texts.slice(0, MOST).join(', ')} ${last} ${texts.length - MOST} more`

const podsText = (pods: readonly ObjectRef[]): string =>
  `${pods.length === 1 ? 'pod' : 'pods'} ${few(pods.map(nameText))}`

type Stopped = Pick<PolicyIsolates, 'direction' | 'pods' | 'others' | 'port' | 'protocol'>

/** `pod x/a may not be asked at 80/TCP by pod y/b` */
const stoppedText = ({ direction, pods, others, port, protocol }: Stopped): string => {
  const who = few(others.map(endText), 'or')
  const what = `${port}/${protocol}`
  return direction === 'ingress'
    ? `${podsText(pods)} may not be asked at ${what} by ${who}`
    : `${podsText(pods)} may not ask ${who} at ${what}`
}

export const policyIsolates = (finding: PolicyIsolates): FindingText => {
  const { policies, nearest, faults, direction } = finding
  const isolated = `${few(policies.map(objectText))} ${policies.length === 1 ? 'isolates' : 'isolate'} ${
    finding.pods.length === 1 ? 'it' : 'them'
  } (${direction}), and no rule lets it pass: dropped`
  return {
    message: `${stoppedText(finding)}: ${isolated}`,
    details: [
      nearest === undefined ? noRuleText(policies, direction) : nearestText(nearest),
      ...faults.flatMap(faultLines),
    ],
  }
}

const noRuleText = (policies: readonly ObjectRef[], direction: string): string =>
  `${policies.length === 1 ? 'it has' : 'they have'} no ${direction} rule at all: nothing passes`

/** With commas, since each is a sentence that may have an “and” of its own. */
const missingTexts = (missing: readonly Missing[]): string => missing.map(missingText).join('; and ')

const nearestText = ({ policy, path, missing }: NearestRule): string =>
  `nearest is ${objectText(policy)}, ${path}: ${missingTexts(missing)}`

export const policyDenies = (finding: PolicyDenies): FindingText => {
  const { rule, faults } = finding
  const { tier } = rule
  return {
    message: `${stoppedText(finding)}: ${ruleText(rule)}, denies it: dropped`,
    details: [
      tier === 'Admin'
        ? 'the tier Admin is asked before all NetworkPolicies: what it denies none of them lets pass'
        : 'the tier Baseline is asked since no NetworkPolicy isolates it: one that does is asked in its place',
      ...faults.flatMap(faultLines),
    ],
  }
}

export const dnsForgotten = ({ pods, policies, port, protocols, nearest }: DnsForgotten): FindingText => ({
  message: `${podsText(pods)} may not ask the cluster’s DNS (${listed(protocols.map((one) => `${port}/${one}`))}): egress is isolated by ${few(
    policies.map(nameText),
  )}, and no rule lets DNS pass, so ${protocols.includes('UDP') ? `${pods.length === 1 ? 'it finds' : 'they find'} no names` : 'long answers do not come there'}`,
  details: [
    ...(nearest === undefined ? [] : [nearestText(nearest)]),
    'whoever isolates egress must let DNS pass by a rule of its own, whatever else may be asked',
  ],
})

const faultLines = ({ policy, faults }: PolicyFaults): readonly string[] =>
  faults.map((fault) => `${objectText(policy)} stands closed where it cannot be read: ${fault}`)

/** `app=web`, `tier in (a, b)`, `no label app` */
export function wantedText({ key, operator, values }: WantedLabel): string {
  switch (operator) {
    case 'in':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} of ${listed(values, 'or')}`
    case 'notin':
      return `${key} other than ${listed(values, 'or')}`
    case 'exists':
      return `a label ${key}`
    case 'absent':
      return `no label ${key}`
  }
}

const lacks = (who: string, wanted: WantedLabel, has: string | undefined): string =>
  `${who} must have ${wantedText(wanted)}, and ${has === undefined ? 'has no such label' : `has ${wanted.key}=${has}`}`

const portText = ({ protocol, first, last, name }: MeantPort): string => {
  const of = protocol === undefined ? '' : `/${protocol}`
  if (name !== undefined) return `port ${name}${of}`
  if (first === undefined || last === undefined) return `all of ${protocol}`
  return first === last ? `${first}${of}` : `${first}-${last}${of}`
}

function missingText(missing: Missing): string {
  switch (missing.code) {
    case 'pod-label':
      return lacks(objectText(missing.pod), missing.wanted, missing.has)
    case 'namespace-label':
      return lacks(`namespace ${missing.namespace}`, missing.wanted, missing.has)
    case 'other-namespace':
      return `a podSelector alone means pods of namespace ${missing.meant}, and ${objectText(missing.pod)} is none of it`
    case 'dns-label':
      return `pods of the cluster’s DNS must have ${wantedText(missing.wanted)}, and ${missing.has === undefined ? 'have no such label' : `have ${missing.wanted.key}=${missing.has}`}`
    case 'dns-namespace':
      return `a podSelector alone means pods of namespace ${missing.meant}, and the cluster’s DNS is in ${missing.namespace}`
    case 'service-address':
      return `${missing.address} is the ClusterIP of Service ${nameText(missing.service)}, which policies never see: they see who is behind it`
    case 'no-pod':
      return `selectors mean pods, and ${notText(missing.end)}`
    case 'no-node':
      return `it means nodes with other labels, and ${notText(missing.end)}`
    case 'excepted':
      return `${missing.address} lies in ${missing.except}, which is left out of ${missing.cidr}`
    case 'outside-block':
      return `${missing.address} is not in ${missing.cidr}`
    case 'port':
      return `it speaks of ${few(missing.ports.map(portText))} alone${missing.called === undefined ? '' : `, and there that port is called ${listed(missing.called, 'or')}`}${missing.servicePort === undefined ? '' : servicePortText(missing.servicePort)}`
    case 'unreadable':
      return 'it cannot be read'
  }
}

const servicePortText = ({
  service,
  port,
  target,
}: NonNullable<(Missing & { readonly code: 'port' })['servicePort']>): string =>
  `, and ${port} is the port of Service ${nameText(service)}, which leads to ${target} of the pod: policies see that`

const notText = (end: PolicyEnd): string =>
  end.node === undefined && end.pod === undefined ? `${endText(end)} is none` : `it is ${endText(end)}`
