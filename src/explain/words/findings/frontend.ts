import type {
  FamilyMissing,
  KernelBehind,
  LoadBalancerPending,
  LostClaim,
  NotApplied,
  PortNotServed,
} from '../../trace/findings/frontend.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText, senderText } from '../object.ts'
import { listed, withProtocol } from '../text.ts'
import { portText } from '../walk/entry.ts'
import { differenceText } from '../walk/kernels.ts'

export function portNotServed(finding: PortNotServed): FindingText {
  const { service, protocol, port, address, serves, isNodePort, servedOver, targetOf, sharedWith } = finding
  const name = nameText(service)
  return {
    message:
      address === undefined
        ? `Service ${name} has no ${protocol} port${port === undefined ? '' : ` ${port}`}`
        : `${name} does not serve ${port}/${protocol} at ${address}`,
    details: [
      `it serves ${listed(serves.map(portText))}`,
      ...(isNodePort ? [`${port} is its node port, which answers at the nodes’ addresses alone`] : []),
      ...(servedOver ? [`${port} is served over ${servedOver}, not over ${protocol}`] : []),
      ...targetOf.map((asked) => `${port} is where its pods listen (targetPort); clients ask ${asked}`),
      ...(sharedWith ? [`${nameText(sharedWith)} answers there, which shares the address`] : []),
    ],
  }
}

export function familyMissing(finding: FamilyMissing): FindingText {
  const { family } = finding
  switch (finding.of) {
    case 'service': {
      const { service, has, policy } = finding
      const name = nameText(service)
      return {
        message:
          has.length === 0
            ? `Service ${name} has no address yet`
            : `Service ${name} has no ${family} address: its ipFamilies are ${listed(has)} (${policy})`,
      }
    }
    case 'pods': {
      const pods = finding.pods.map(({ pod, addresses }) => `${nameText(pod)} has ${listed(addresses)}`)
      return { message: `the pods of ${nameText(finding.service)} have no ${family} address: ${listed(pods)}` }
    }
    case 'sender': {
      const { sender, address, has } = finding
      const instead = has.length > 0 ? `: it has ${listed(has)}` : ''
      return { message: `${senderText(sender)} has no ${family} address to ask ${address} from${instead}` }
    }
  }
}

export const loadBalancerPending = ({ service, warning, cause }: LoadBalancerPending): FindingText => ({
  message: `Service ${nameText(service)} has no load balancer address yet`,
  details: [...(warning === undefined ? [] : [warning]), ...(cause === undefined ? [] : [pendingText(cause)])],
})

function pendingText(cause: NonNullable<LoadBalancerPending['cause']>): string {
  switch (cause.code) {
    case 'other-class':
      return `its loadBalancerClass ${cause.class} is another implementation’s, and cannot be changed while the type stays`
    case 'others-give':
      return 'something in the cluster must give out addresses: a cloud’s controller manager, or a load balancer of your own; is it there, and what does it say?'
    case 'nobody-gives':
      return 'the cluster was started with --load-balancer none: nobody gives out addresses'
  }
}

export const lostClaim = ({ service, winner, address, port, protocol }: LostClaim): FindingText => ({
  message: `${nameText(service)} claims ${withProtocol(address ?? 'the node port', port, protocol)}, but ${nameText(winner)} answers there: the older Service wins`,
})

export const kernelBehind = ({ service, nodes, differences, message }: KernelBehind): FindingText => ({
  message:
    message === undefined
      ? `the kernel of ${listed(nodes)} does not hold ${nameText(service)} as it stands`
      : `the kernel of ${listed(nodes)} refused ${nameText(service)}: ${message}`,
  details: differences.map(differenceText),
})

export const notApplied = ({ service, nodes, message }: NotApplied): FindingText => ({
  message: `the kernel of ${listed(nodes)} refused ${nameText(service)}: ${message}`,
  details: ['what stands above is what the rules should do; it is tried again'],
})
