import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'

const service = { kind: 'Service', namespace: 'default', name: 'web' }
const api = { ...service, name: 'api' }
const pod = { kind: 'Pod', namespace: 'default', name: 'web-1' }

const TABLE: readonly (readonly [finding: FactsOfFinding, words: object])[] = [
  [
    { reason: 'no-selector', service, hasOtherFamily: false, orphans: [], near: [] },
    {
      message: 'Service default/web has no selector, and nobody wrote endpoints for it',
      details: ['give it a selector, or an EndpointSlice with the label kubernetes.io/service-name=web'],
    },
  ],
  [
    {
      reason: 'no-selector',
      service,
      family: 'IPv6',
      hasOtherFamily: true,
      orphans: [
        { slice: { ...api, kind: 'EndpointSlice' } },
        { slice: { ...api, kind: 'EndpointSlice' }, service: 'wbe' },
      ],
      near: [{ labels: { app: 'web' }, count: 1, pods: [pod] }],
      portName: 'http',
    },
    {
      message: 'Service default/web has no selector, and nobody wrote IPv6 endpoints for it',
      details: [
        'there are endpoints of the other family',
        'EndpointSlice default/api has no label kubernetes.io/service-name',
        'EndpointSlice default/api is of a Service wbe, which is not there',
        '1 pod with app=web: default/web-1',
        'give it a selector, or an EndpointSlice with the label kubernetes.io/service-name=web and a port named http',
      ],
    },
  ],
  [
    { reason: 'no-selector', service, hasOtherFamily: false, orphans: [], near: [], portName: '' },
    {
      message: 'Service default/web has no selector, and nobody wrote endpoints for it',
      details: [
        'give it a selector, or an EndpointSlice with the label kubernetes.io/service-name=web and a port without a name',
      ],
    },
  ],
  [
    { reason: 'endpoints-not-ready', service, addresses: ['10.0.0.1'], slices: [{ ...api, kind: 'EndpointSlice' }] },
    {
      message: '10.0.0.1 is an endpoint of default/web, and whoever wrote it says: not ready',
      details: ['the condition ready of EndpointSlice default/api'],
    },
  ],
  [
    { reason: 'endpoints-not-ready', service, addresses: ['a', 'b', 'c', 'd', 'e', 'f'], slices: [api, service] },
    {
      message: 'a, b, c, d and e are endpoints of default/web, and whoever wrote it says: not ready',
      details: ['the condition ready of EndpointSlice default/api and default/web'],
    },
  ],
  [
    {
      reason: 'endpoint-port-unknown',
      service,
      port: 80,
      protocol: 'TCP',
      portName: 'http',
      slices: [
        {
          slice: api,
          ports: [
            { port: 80, protocol: 'TCP' },
            { protocol: 'TCP', name: 'htp' },
          ],
        },
      ],
    },
    {
      message:
        'port 80/TCP of default/web is named http, and no port of its EndpointSlices is: the name joins them, not the number',
      details: ['EndpointSlice default/api has 80/TCP without a name and any port/TCP named htp'],
    },
  ],
  [
    { reason: 'endpoint-port-unknown', service, port: 80, protocol: 'TCP', slices: [{ slice: api, ports: [] }] },
    {
      message:
        'port 80/TCP of default/web is without a name, and no port of its EndpointSlices is: the name joins them, not the number',
      details: ['EndpointSlice default/api has none'],
    },
  ],
  [
    { reason: 'endpoint-gone', service, address: 'fd00::7', port: 80, mirrored: false },
    {
      message: 'an endpoint of default/web is [fd00::7]:80, and no pod has that address',
      details: ['the EndpointSlice controller takes it away in a moment, unless it stands still'],
    },
  ],
  [
    { reason: 'endpoint-gone', service, address: '10.0.0.7', port: 80, slice: api, mirrored: false },
    {
      message: 'an endpoint of default/web is 10.0.0.7:80, and no pod has that address',
      details: [
        'it stands in EndpointSlice default/api, which nobody but its writer keeps right',
        'a pod gets another address each time it is made: a selector follows it, an address written by hand does not',
      ],
    },
  ],
  [
    { reason: 'endpoint-gone', service, address: '10.0.0.7', port: 80, slice: api, mirrored: true },
    {
      message: 'an endpoint of default/web is 10.0.0.7:80, and no pod has that address',
      details: [
        'it stands in EndpointSlice default/api, which is a mirror of the Endpoints of the same name as the Service: change those',
      ],
    },
  ],
]

test('what is wrong with endpoints that people write', () => {
  for (const [finding, words] of TABLE) assert.deepEqual(findingWords(finding), words)
})
