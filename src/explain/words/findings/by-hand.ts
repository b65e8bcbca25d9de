import { socketText } from '#net/port-protocol.ts'
import { SERVICE_NAME_LABEL } from '#objects/well-known.ts'
import type {
  EndpointGone,
  EndpointPortUnknown,
  EndpointsNotReady,
  NoSelector,
  SlicePort,
} from '../../trace/findings/by-hand.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText } from '../object.ts'
import { listed } from '../text.ts'
import { labelledText } from './selector.ts'

export const noSelector = ({ service, family, hasOtherFamily, orphans, near, portName }: NoSelector): FindingText => {
  const port = portName === undefined ? '' : ` and a port ${portName ? `named ${portName}` : 'without a name'}`
  return {
    message: `Service ${nameText(service)} has no selector, and nobody wrote ${family ? `${family} ` : ''}endpoints for it`,
    details: [
      ...(hasOtherFamily ? ['there are endpoints of the other family'] : []),
      ...orphans.map(({ slice, service: of }) => {
        const fault = of ? `is of a Service ${of}, which is not there` : `has no label ${SERVICE_NAME_LABEL}`
        return `EndpointSlice ${nameText(slice)} ${fault}`
      }),
      ...near.map(labelledText),
      `give it a selector, or an EndpointSlice with the label ${SERVICE_NAME_LABEL}=${service.name}${port}`,
    ],
  }
}

export const endpointsNotReady = ({ service, addresses, slices }: EndpointsNotReady): FindingText => ({
  message: `${listed(addresses.slice(0, 5))} ${addresses.length === 1 ? 'is an endpoint' : 'are endpoints'} of ${nameText(service)}, and whoever wrote it says: not ready`,
  details: [`the condition ready of EndpointSlice ${listed(slices.map(nameText))}`],
})

const named = (name: string | undefined): string => (name ? `named ${name}` : 'without a name')
const slicePortText = ({ port, protocol, name }: SlicePort): string =>
  `${port ?? 'any port'}/${protocol} ${named(name)}`

export const endpointPortUnknown = (finding: EndpointPortUnknown): FindingText => {
  const { service, port, protocol, portName, slices } = finding
  return {
    message: `port ${port}/${protocol} of ${nameText(service)} is ${named(portName)}, and no port of its EndpointSlices is: the name joins them, not the number`,
    details: slices.map(
      ({ slice, ports }) => `EndpointSlice ${nameText(slice)} has ${listed(ports.map(slicePortText))}`,
    ),
  }
}

export function endpointGone({ service, address, port, slice, mirrored }: EndpointGone): FindingText {
  const message = `an endpoint of ${nameText(service)} is ${socketText(address, port)}, and no pod has that address`
  if (slice === undefined)
    return {
      message,
      details: ['the EndpointSlice controller takes it away in a moment, unless it stands still'],
    }
  const writer = mirrored
    ? 'which is a mirror of the Endpoints of the same name as the Service: change those'
    : 'which nobody but its writer keeps right'
  return {
    message,
    details: [
      `it stands in EndpointSlice ${nameText(slice)}, ${writer}`,
      ...(mirrored
        ? []
        : [
            'a pod gets another address each time it is made: a selector follows it, an address written by hand does not',
          ]),
    ],
  }
}
