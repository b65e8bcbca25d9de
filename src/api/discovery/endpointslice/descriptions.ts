import { references } from '#api/core/reference-descriptions.ts'
import type { Description, Descriptions } from '#api/openapi/description.ts'

/** Of slices and of Endpoints alike. */
export const endpointPort: Description = {
  about: 'A port of endpoints.',
  fields: {
    name: 'The name of the Service’s port that leads here.',
    port: 'The number on the endpoint’s side.',
    protocol: 'TCP (the default), UDP or SCTP.',
    appProtocol: 'What is spoken on the port, such as kubernetes.io/h2c.',
  },
}

export const descriptions: Descriptions = {
  ...references,
  EndpointSlice: {
    about:
      'Some of the endpoints of a Service, of one IP family and with the same ports. A Service may have many slices.',
    fields: {
      addressType: 'IPv4, IPv6, or FQDN, which no proxy serves. It cannot change.',
      endpoints: 'The endpoints, up to a thousand; the system puts a hundred into one slice.',
      ports: 'The ports of each of these endpoints.',
    },
  },
  Endpoint: {
    about: 'Where a Service may lead: usually one pod.',
    fields: {
      addresses: 'The address. Of several the first counts.',
      conditions: 'Whether it takes traffic.',
      hostname: 'Its name below that of a headless Service.',
      targetRef: 'The object that it stands for, usually a pod.',
      deprecatedTopology: 'No longer used.',
      nodeName: 'The node that it is on.',
      zone: 'The zone that it is in.',
      hints: 'Whose traffic it should preferably take.',
    },
  },
  EndpointConditions: {
    about: 'Whether an endpoint takes traffic.',
    fields: {
      ready: 'It takes new connections: it is serving and not terminating. Absent means true.',
      serving: 'It answers, also while it ends.',
      terminating: 'It is about to end.',
    },
  },
  EndpointHints: {
    about: 'Whose traffic an endpoint should preferably take, from the Service’s trafficDistribution.',
    fields: { forZones: 'Clients in these zones.', forNodes: 'Clients on these nodes.' },
  },
  ForZone: { about: 'A zone.', fields: { name: 'Its name.' } },
  ForNode: { about: 'A node.', fields: { name: 'Its name.' } },
  EndpointPort: endpointPort,
}
