import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeProgram } from './node-program.ts'
import { nodeReport } from './node-report.ts'

type Told = Parameters<typeof nodeReport>[0]
const state = (name: string, ready: boolean) => ({ name, ready, faults: [], failures: 0 })
const program = (more: Partial<Told>): Told => ({
  node: undefined,
  parts: undefined,
  missing: undefined,
  states: () => [],
  ...more,
})

test('an agent is ready when all of its parts are, and says what it waits for before', () => {
  const early = nodeReport(
    program({ missing: 'no Node n1', states: () => [state('services', false)] }),
    ['list nodes: refused'],
    'n1',
  )
  assert.deepEqual(
    [early.ready, early.missing, early.faults, early.addresses],
    [false, 'no Node n1', ['list nodes: refused'], []],
  )
  const parts = { find: () => undefined } as unknown as NodeProgram['parts']
  const node = { addresses: ['10.0.0.2'], podCidrs: ['10.1.0.0/24'] } as unknown as NodeProgram['node']
  const at = (...ready: boolean[]) =>
    nodeReport(program({ parts, node, states: () => ready.map((one, index) => state(`p${index}`, one)) }), [], 'n1')
  assert.equal(at(true, false).ready, false)
  const well = at(true, true)
  assert.deepEqual(
    [well.ready, well.missing, well.addresses, well.podCidrs],
    [true, undefined, ['10.0.0.2'], ['10.1.0.0/24']],
  )
  assert.deepEqual(well.dataplane, { services: 0, pending: 0, appliedAt: undefined, failed: [] })
})

test('Services are told as the proxy counts them', () => {
  const proxy = {
    state: () => ({ services: 3, pending: 1, appliedAt: 0, failed: [{ service: 'a/b', error: 'no', retryAt: 1000 }] }),
  }
  const parts = { find: () => ({ proxy }) } as unknown as NodeProgram['parts']
  assert.deepEqual(nodeReport(program({ parts }), [], 'n1').dataplane, {
    services: 3,
    pending: 1,
    appliedAt: '1970-01-01T00:00:00.000Z',
    failed: [{ service: 'a/b', message: 'no', retryAt: '1970-01-01T00:00:01.000Z' }],
  })
})
