import type { Broken } from './broken.ts'
import { deployment, service, slice } from './objects.ts'
import type { World } from './world.ts'

const from = 'pod/client'
const to = 'svc/outlier'
const outlier = (port: object = { port: 80, targetPort: 8080 }) => service('outlier', { selector: {}, ports: [port] })
const addressOf = async (world: World, app: string): Promise<string> => {
  await world.settle()
  return (await world.podOf(app)).status?.podIP ?? ''
}

/** EndpointSlices that people write. */
export const brokenByHand = {
  'endpoint-closed': [
    {
      about: 'nothing listens at an endpoint that is no pod',
      make: (world) =>
        world.make(
          outlier(),
          slice('outlier', 'outlier', [{ addresses: ['172.30.0.1'], conditions: { ready: true } }]),
        ),
      ask: { from, to },
      lookOnly: 'a program that is no pod is started by a person',
    },
  ],
  'endpoint-gone': [
    {
      about: 'the pod of the endpoint has another address now',
      make: async (world) => {
        await world.make(deployment('outlier'), outlier())
        await world.make(slice('outlier', 'outlier', [{ addresses: ['10.244.1.250'], conditions: { ready: true } }]))
      },
      ask: { from, to },
    },
    {
      about: 'one endpoint of two is gone',
      make: async (world) => {
        await world.make(deployment('outlier'), outlier())
        const alive = { addresses: [await addressOf(world, 'outlier')], conditions: { ready: true } }
        await world.make(
          slice('outlier', 'outlier', [{ addresses: ['10.244.1.250'], conditions: { ready: true } }, alive]),
        )
      },
      ask: { from, to },
    },
  ],
  'endpoint-port-unknown': [
    {
      about: 'the slice calls the port otherwise than the Service',
      make: async (world) => {
        await world.make(deployment('other'), outlier({ name: 'http', port: 80, targetPort: 8080 }))
        const endpoint = { addresses: [await addressOf(world, 'other')], conditions: { ready: true } }
        await world.make(slice('outlier', 'outlier', [endpoint], { name: 'web', port: 8080 }))
      },
      ask: { from, to },
    },
  ],
  'endpoints-not-ready': [
    {
      about: 'whoever wrote the slice says that it is not ready',
      make: async (world) => {
        await world.make(deployment('other'), outlier())
        const endpoint = { addresses: [await addressOf(world, 'other')], conditions: { ready: false } }
        await world.make(slice('outlier', 'outlier', [endpoint]))
      },
      ask: { from, to },
    },
  ],
  'no-selector': [
    {
      about: 'pods of its name, and a slice that is nobody’s',
      make: async (world) => {
        await world.make(deployment('outlier'), outlier())
        const endpoint = { addresses: [await addressOf(world, 'outlier')], conditions: { ready: true } }
        await world.make(slice('lost', undefined, [endpoint]))
      },
      ask: { from, to },
    },
    {
      about: 'nothing that could be meant',
      make: (world) => world.make(outlier()),
      ask: { from, to },
      lookOnly: 'which endpoints are meant only a person knows',
    },
  ],
} as const satisfies Record<string, readonly Broken[]>
