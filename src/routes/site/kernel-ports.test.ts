import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routesOf } from '../routes-of.ts'
import { objectsOf, options } from '../testing/cluster.ts'
import { gateway, service, tcpRoute, udpRoute } from '../testing/make.ts'

test('a TCPRoute and a UDPRoute to one number of a Service lead to its ports of their own protocols', () => {
  const made = service('dns')
  const ports = (['TCP', 'UDP'] as const).map((protocol) => ({ name: protocol.toLowerCase(), port: 53, protocol }))
  const spec = { parentRefs: [{ name: 'gw' }], rules: [{ backendRefs: [{ name: 'dns', port: 53 }] }] }
  const { kernelPorts } = routesOf(
    objectsOf({
      gateways: [
        gateway('gw', [
          { name: 'tcp', port: 53, protocol: 'TCP' },
          { name: 'udp', port: 53, protocol: 'UDP' },
        ]),
      ],
      tcpRoutes: [tcpRoute('tcp', spec)],
      udpRoutes: [udpRoute('udp', spec)],
      services: [{ ...made, spec: { ...made.spec, ports } }],
    }),
    options(),
  )
  assert.deepEqual(
    kernelPorts.map(({ protocol, to }) => [protocol, to[0]?.portName]),
    [
      ['TCP', 'tcp'],
      ['UDP', 'udp'],
    ],
  )
})
