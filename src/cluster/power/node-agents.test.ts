import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NodeAgent } from '#agent/node-agent.ts'
import type { ClusterConfig, NodeConfig } from '../config.ts'
import { type MachineHands, NodeAgents } from './node-agents.ts'

const node = (number: number, state?: NodeConfig['state']): NodeConfig => ({
  name: `node-${number}`,
  number,
  namespace: `n${number}`,
  addresses: [`172.30.0.${number}`, `fd00::${number}`],
  podCidrs: ['', ''],
  ...(state && { state }),
})
const configOf = (...nodes: readonly NodeConfig[]): ClusterConfig => ({ name: 'ci', nodes }) as unknown as ClusterConfig

/** Nodes whose machines are a list, and what was done to them in order. */
const world = (config: ClusterConfig, options: { readonly never?: string } = {}) => {
  const done: string[] = []
  const raised = new Set(config.nodes.flatMap(({ name, state }) => (state === 'stopped' ? [] : [name])))
  const hands: MachineHands = {
    isRaised: ({ name }) => raised.has(name),
    raise: (_, { name }) => {
      done.push(`raise ${name}`)
      raised.add(name)
    },
    setCable: (_, { name }, up) => void done.push(`${up ? 'plug' : 'pull'} ${name}`),
    powerOff: async (_, { name }) => {
      done.push(`off ${name}`)
      raised.delete(name)
    },
    forget: async (_, { name }) => void done.push(`forget ${name}`),
    route: (_, gone) => void done.push(`route but ${gone.map(({ name }) => name).join()}`),
  }
  const agents = new NodeAgents({
    config,
    hands,
    start: ({ name }): NodeAgent => {
      done.push(`start ${name}`)
      return {
        node: { name },
        parts: {
          ready: name === options.never ? new Promise(() => undefined) : Promise.resolve(),
          states: () => [{ name: 'dns', ready: false, faults: ['port 53 is taken'], failures: 1 }],
          stop: async () => void done.push(`stop ${name}`),
        },
      } as unknown as NodeAgent
    },
    beside: { stop: async () => void done.push('hush'), start: ({ nodes }) => void done.push(`tell ${nodes.length}`) },
    readyLimitMs: 1,
  })
  const names = () => agents.agents.map(({ node: one }) => one.name)
  const follow = async (...nodes: readonly NodeConfig[]): Promise<readonly string[]> => {
    done.length = 0
    await agents.follow(configOf(...nodes))
    return [...done]
  }
  return { agents, done, names, follow }
}

test('only nodes that are up have agents', () => {
  const { names, done } = world(configOf(node(1), node(2, 'stopped'), node(3, 'paused')))
  assert.deepEqual(names(), ['node-1'])
  assert.deepEqual(done, ['start node-1'])
})

test('a node loses its cable, its agents, its power, in this order; and gets a machine and agents again', async () => {
  const { names, follow } = world(configOf(node(1), node(2)))
  assert.deepEqual(await follow(node(1), node(2, 'stopped')), [
    'hush',
    'pull node-2',
    'stop node-2',
    'off node-2',
    'route but ',
    'tell 2',
  ])
  assert.deepEqual(names(), ['node-1'])
  assert.deepEqual(
    await follow(node(1), node(2, 'stopped')),
    ['hush', 'off node-2', 'route but ', 'tell 2'],
    'once more is as good',
  )
  assert.deepEqual(await follow(node(1), node(2)), ['hush', 'raise node-2', 'route but ', 'tell 2', 'start node-2'])
  assert.deepEqual(names(), ['node-1', 'node-2'])
})

test('one that is paused keeps its machine, and from there it may be started, stopped or taken away', async () => {
  const { follow } = world(configOf(node(1), node(2)))
  assert.deepEqual(await follow(node(1), node(2, 'paused')), [
    'hush',
    'pull node-2',
    'stop node-2',
    'route but ',
    'tell 2',
  ])
  assert.deepEqual(await follow(node(1), node(2)), ['hush', 'plug node-2', 'route but ', 'tell 2', 'start node-2'])
  await follow(node(1), node(2, 'paused'))
  assert.deepEqual(await follow(node(1), node(2, 'stopped')), [
    'hush',
    'pull node-2',
    'off node-2',
    'route but ',
    'tell 2',
  ])
  assert.deepEqual(await follow(node(1)), ['hush', 'off node-2', 'forget node-2', 'route but node-2', 'tell 1'])
})

test('another node of the same name is another machine', async () => {
  const { follow } = world(configOf(node(1), node(2)))
  assert.deepEqual(await follow(node(1), { ...node(3), name: 'node-2' }), [
    'hush',
    'pull node-2',
    'stop node-2',
    'off node-2',
    'forget node-2',
    'raise node-2',
    'route but node-2',
    'tell 2',
    'start node-2',
  ])
})

test('one that does not become ready is told with what it waits for, and the next change is made all the same', async () => {
  const { follow, names } = world(configOf(node(1)), { never: 'node-2' })
  await assert.rejects(follow(node(1), node(2)), { message: 'node-2 is not ready yet: dns: port 53 is taken' })
  assert.deepEqual(names(), ['node-1', 'node-2'], 'it goes on trying')
  await follow(node(1))
  assert.deepEqual(names(), ['node-1'])
})
