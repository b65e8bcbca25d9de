import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakePart, fakePlace } from '../testing/fake-place.ts'
import { settle } from '../testing/loopback-network.ts'
import { Parts } from './parts.ts'

test('states are metrics, by place and part; and what somebody has changed is gathered from all parts', async () => {
  const services = new FakePart('services')
  const network = new FakePart('network')
  const kept = new FakePart('kept', { more: { look: () => ['eth0 was down; put right'] } })
  const here = fakePlace('node-7')
  let render!: () => string
  const reading = {
    ...kept.definition,
    start: (ground: Parameters<typeof kept.definition.start>[0]) => {
      render = () =>
        ground
          .registries()
          .map((registry) => registry.render())
          .join('')
      return kept.definition.start(ground)
    },
  }
  const running = new Parts({
    place: here.place,
    definitions: [services.definition, network.definition, reading],
    sources: {},
  })
  await running.ready
  services.status = { ready: false, faults: ['a', 'b'] }
  network.fail(new Error('no'))
  await settle()
  const lines = render().split('\n')
  for (const line of [
    'fairlead_part_ready{node="node-7",part="services"} 0',
    'fairlead_part_ready{node="node-7",part="kept"} 1',
    'fairlead_part_faults{node="node-7",part="services"} 2',
    'fairlead_part_faults{node="node-7",part="kept"} 0',
    'fairlead_part_failures_total{node="node-7",part="network"} 1',
    'fairlead_part_failures_total{node="node-7",part="services"} 0',
  ])
    assert.ok(lines.includes(line), line)
  assert.deepEqual(running.look(), ['eth0 was down; put right'])
  await running.stop()
})
