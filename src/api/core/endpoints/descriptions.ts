import { references } from '#api/core/reference-descriptions.ts'
import { endpointPort } from '#api/discovery/endpointslice/descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...references,
  Endpoints: {
    about:
      'All endpoints of a Service in one object. Deprecated since 1.33: EndpointSlice says more, and of both families.',
    fields: { subsets: 'The endpoints, those with the same ports together.' },
  },
  EndpointSubset: {
    about: 'Addresses that have the same ports.',
    fields: {
      addresses: 'Those that take traffic.',
      notReadyAddresses: 'Those that are there and do not take traffic.',
      ports: 'The ports of each of them.',
    },
  },
  EndpointAddress: {
    about: 'One endpoint.',
    fields: {
      ip: 'Its address.',
      hostname: 'Its name below that of a headless Service.',
      nodeName: 'The node that it is on.',
      targetRef: 'The object that it stands for, usually a pod.',
    },
  },
  EndpointPort: endpointPort,
}
