import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { listenTcp } from '#kernel/sockets/socket.ts'
import { claim, eventually, run } from './harness.ts'
import { scratch } from './scratch.ts'

interface PartState {
  readonly name: string
  readonly ready: boolean
  readonly faults: readonly string[]
}
interface Status {
  readonly healthy: boolean
  readonly processes: readonly { readonly pid: number; readonly role: string; readonly supervises?: string }[]
  readonly nodes: readonly { readonly name: string; readonly ready: boolean; readonly parts: readonly PartState[] }[]
  readonly fabric: { readonly parts: readonly PartState[] }
}

claim(
  'a part that cannot start is named by status with its reason, its Node is not Ready, and all else goes on',
  async (assert) => {
    await using one = scratch()
    const { nodes } = await one.up('parts-a', '--nodes', '2')
    const [, second] = nodes
    const { addresses, namespace } = second!
    const status = async () => (await one.status('parts-a')) as unknown as Status
    const { processes, nodes: well, fabric, healthy } = await status()
    assert.equal(healthy, true)
    assert.deepEqual(
      well.map(({ parts }) => parts.map(({ name, ready }) => `${name} ${ready}`).join()),
      Array(2).fill('services true,health true,policies true,network true,dns true,pods true'),
    )
    assert.deepEqual(
      fabric.parts.map(({ name, ready }) => [name, ready]),
      [
        ['machines', true],
        ['balancer', true],
      ],
    )
    const supervisor = processes.find(({ supervises }) => supervises === 'agent-host')!.pid
    // While nobody has it: the agents have just died, and their supervisor sleeps.
    process.kill(supervisor, 'SIGSTOP')
    process.kill(processes.find(({ role }) => role === 'agent-host')!.pid, 'SIGKILL')
    const stranger = await eventually('port 53 of node-2 is free', () =>
      listenTcp(namespacePath(namespace), addresses[0], 53).catch(() => undefined),
    )
    process.kill(supervisor, 'SIGCONT')

    const sick = await eventually('the agents are back', async () => {
      const report = await status()
      return report.nodes.some(({ parts }) => parts.some(({ faults }) => faults.length > 0)) && report
    })
    assert.equal(sick.healthy, false)
    const dns = sick.nodes[1]!.parts.find(({ name }) => name === 'dns')!
    assert.equal(dns.ready, false)
    assert.match(dns.faults.join(), /EADDRINUSE[\s\S]*172\.30\.0\.3:53|172\.30\.0\.3:53[\s\S]*EADDRINUSE/)
    const ready = async () =>
      await one.kubectl(
        'get',
        'nodes',
        '-o',
        'jsonpath={range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status};{end}',
      )
    await eventually('its Node says so', async () => (await ready()) === 'node-1 True;node-2 False;')
    const why = await one.kubectl(
      'get',
      'node',
      'node-2',
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].message}',
    )
    assert.match(why, /^dns: .*EADDRINUSE/)
    await eventually('all else of that node is well', async () => {
      const [first, other] = (await status()).nodes
      return first!.ready && other!.parts.filter((part) => !part.ready).length === 1
    })
    const text = await one.fairlead('status', '--name', 'parts-a')
    assert.equal(text.status, 1)
    assert.match(text.stdout, /cluster parts-a: not healthy/)
    assert.match(text.stdout, /node-2 +no .* 5\/6\n/)
    assert.match(text.stdout, /\nnode-2: part dns is not ready: .*EADDRINUSE.*; tried again at 20/)
    const metrics = await run('ip', ['netns', 'exec', namespace, 'curl', '-s', 'http://127.0.0.1:10249/metrics'])
    assert.match(metrics.stdout, /\nfairlead_part_ready\{node="node-2",part="dns"\} 0\n/)
    assert.match(metrics.stdout, /\nfairlead_part_failures_total\{node="node-2",part="dns"\} [1-9]/)

    stranger.close()
    await eventually('it is well again', async () => (await status()).healthy, 45_000)
    await eventually('and so is its Node', async () => (await ready()) === 'node-1 True;node-2 True;')
  },
)

claim('up that waits for a part in vain names it, with its node and its reason', async (assert) => {
  await using one = scratch()
  const fault = join(one.folder, 'fault.mjs')
  // Sockets of DNS by TCP are the agents' only plain servers over a descriptor: HTTP has a class of its own.
  writeFileSync(
    fault,
    `import { Server } from 'node:net'
const { listen } = Server.prototype
Server.prototype.listen = function (options, ...more) {
  if (Object.getPrototypeOf(this) === Server.prototype && options?.fd !== undefined) throw new Error('nobody listens today')
  return listen.call(this, options, ...more)
}
`,
  )
  const outcome = await one.fairleadWith(
    { NODE_OPTIONS: `--import=${fault}` },
    'up',
    '--name',
    'parts-b',
    '--nodes',
    '1',
  )
  assert.equal(outcome.status, 1)
  assert.match(
    outcome.stderr,
    /cluster parts-b did not start: .*no answer in \d+ ms\n.*node-1, part dns: nobody listens today/,
  )
  assert.doesNotMatch(outcome.stderr, /part (services|health|network|pods):/)
})
