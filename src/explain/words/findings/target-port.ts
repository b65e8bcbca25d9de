import { socketText } from '#net/port-protocol.ts'
import type {
  ContainerCommand,
  EndpointClosed,
  HeadlessPort,
  ListensOnLoopback,
  TargetPortClosed,
  TargetPortUnknown,
} from '../../trace/findings/target-port.ts'
import { commandLine } from '../command.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText } from '../object.ts'
import { listed } from '../text.ts'

export const targetPortUnknown = (finding: TargetPortUnknown): FindingText => {
  const { service, targetPort, protocol, declared, open } = finding
  const ports = declared.slice(0, 5).map(({ container, name = 'unnamed', port }) => {
    return `${port}/${protocol} (${name}) in container ${container}`
  })
  return {
    message: `the targetPort ${targetPort} of ${nameText(service)} names no ${protocol} port of its pods, so they are no endpoints of it`,
    details: [
      declared.length === 0 ? `its pods declare no ${protocol} port` : `its pods declare ${listed(ports)}`,
      ...(open.length > 0 ? [`they listen on ${listed(open.map(String))}`] : []),
    ],
  }
}

export function targetPortClosed(finding: TargetPortClosed): FindingText {
  const { service, targetPort, pod, port, protocol, commands } = finding
  const target = targetPort === undefined ? String(port) : `${targetPort} (${port})`
  return {
    message:
      service === undefined
        ? `nothing in pod ${nameText(pod)} listens on ${port}/${protocol}`
        : `the targetPort of ${nameText(service)} is ${target}, and nothing in pod ${nameText(pod)} listens there`,
    details: [...portLines(finding), ...commands.map(commandText)],
  }
}

export const listensOnLoopback = ({ pod, port, protocol, sockets, commands }: ListensOnLoopback): FindingText => ({
  message: `pod ${nameText(pod)} listens on ${port}/${protocol} at its loopback address only: nobody else reaches it`,
  details: [
    `it listens at ${listed(sockets.map((one) => socketText(one.address, one.port)))}`,
    'let the program listen at 0.0.0.0 or :: instead: an option or a line of its configuration, often called bind, host or listen',
    ...commands.map(commandText),
  ],
})

export const headlessPort = (finding: HeadlessPort): FindingText => ({
  message: `${nameText(finding.service)} is headless: there is no ClusterIP and nothing translates its port, so ${finding.port} is asked of the pods themselves, and they ${finding.told ? 'are told to listen elsewhere' : 'do not listen there'}`,
  details: portLines(finding),
})

export const endpointClosed = ({
  service,
  address,
  port,
  protocol,
  onLoopback,
  open,
}: EndpointClosed): FindingText => ({
  message: `an endpoint of ${nameText(service)} is ${socketText(address, port)}, and nothing listens there (${protocol})`,
  details: [
    onLoopback
      ? 'a program listens on that port at its loopback address only: let it listen at 0.0.0.0 or ::'
      : `open there: ${listed(open.slice(0, 15).map(String))}; start the program, or write its port into the EndpointSlice`,
  ],
})

/** What a pod listens on, and what its containers declare. */
function portLines({ open, declared, protocol }: TargetPortClosed | HeadlessPort): readonly string[] {
  const ports = declared.map(({ port, name }) => `${port}${name ? ` (${name})` : ''}`)
  return [
    ...(open === undefined
      ? []
      : [open.length > 0 ? `it listens on ${listed(open.map(String))}` : `it listens on no ${protocol} port`]),
    ports.length > 0
      ? `its containers declare ${listed(ports)}`
      : 'its containers declare none; a declaration opens nothing, it only gives a name',
  ]
}

const commandText = ({ container, argv }: ContainerCommand): string =>
  `container ${container} runs: ${commandLine(argv)}`
