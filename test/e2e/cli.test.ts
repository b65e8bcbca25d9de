import { spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { allVerbs } from '#cli/command-entry.ts'
import { commandList } from '#cli/command-list.ts'
import { logPath, stateRoot } from '#cluster/state/state.ts'
import { ask, deployment, service } from './echo.ts'
import { type Assert, claim, EXAMPLES, eventually, FAIRLEAD, run } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'
import { processesOf, traces } from './traces.ts'

/** The Deployment `web` of so many pods, ready, with a NodePort Service. */
const serve = async (assert: Assert, one: Scratch, nodePort: number, replicas = 2): Promise<void> => {
  const yaml = `${deployment('web', { replicas })}---\n${service('web', `type: NodePort\nports: [{port: 80, targetPort: 8080, nodePort: ${nodePort}}]`, 'web')}`
  const outcome = await one.apply(yaml)
  assert.equal(outcome.status, 0, outcome.stderr)
  await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=20s')
}
const answer = (address: string, port: number): Promise<string> =>
  eventually(`${address}:${port} answers`, () => ask(address, port, '/hostname', 1_000))
const resolve = (namespace: string, dns: string, name: string): Promise<string> =>
  run('ip', ['netns', 'exec', namespace, 'dig', '+short', '+time=1', '+tries=1', `@${dns}`, name]).then(({ stdout }) =>
    stdout.trim(),
  )

claim('up returns with an API that answers, nodes that are Ready and DNS that resolves', async (assert) => {
  await using one = scratch()
  const outcome = await one.fairlead('up', '--name', 'cli-a')
  assert.deepEqual([outcome.status, outcome.stdout], [0, ''])
  assert.match(
    outcome.stderr,
    /^cluster cli-a is up in \d+ ms: 3 nodes Ready, DNS answers\n/,
    'no progress where nobody watches',
  )
  assert.match(outcome.stderr, /take it down with: fairlead down cli-a\n$/)
  const nodes = JSON.parse(await one.kubectl('get', 'nodes', '-o', 'json')) as { items: Node[] }
  assert.deepEqual(
    nodes.items.map(({ metadata, status }) => [
      metadata!.name,
      status!.conditions!.find(({ type }) => type === 'Ready')!.status,
    ]),
    [
      ['node-1', 'True'],
      ['node-2', 'True'],
      ['node-3', 'True'],
    ],
  )
  for (const node of ['node-1', 'node-2', 'node-3'])
    assert.equal(
      await resolve(`fairlead-cli-a-${node}`, '10.96.0.10', 'kubernetes.default.svc.cluster.local'),
      '10.96.0.1',
    )
  assert.equal((await one.kubectl('config', 'current-context')).trim(), 'fairlead-cli-a')
  assert.equal(statSync(one.kubeconfig).mode & 0o777, 0o600)

  const again = await one.fairlead('up', '--name', 'cli-a')
  assert.equal(again.status, 1)
  assert.match(again.stderr, /a cluster named cli-a is running\n.*fairlead down cli-a/)

  const listed = JSON.parse((await one.fairlead('list', '-o', 'json')).stdout) as { name: string; state: string }[]
  assert.deepEqual(
    listed.filter(({ name }) => name === 'cli-a').map(({ state }) => state),
    ['running'],
  )
  assert.match(
    (await one.fairlead('list')).stdout,
    /^cli-a\s+running\s+3\s+https:\/\/127\.0\.0\.1:\d+\s+10\.\d+\.0\.0\/16,/m,
  )

  await serve(assert, one, 30080)
  const status = await one.status('cli-a')
  assert.equal(status.healthy, true)
  assert.deepEqual(status.processes.map(({ role }) => role).sort(), [
    'agent-host',
    'control-plane',
    'supervisor',
    'supervisor',
  ])
  assert.equal(status.nodes.flatMap(({ pods }) => pods).filter(({ phase }) => phase === 'Running').length, 2)
  assert.ok(status.nodes.every(({ dataplane }) => dataplane.services === 3 && dataplane.failed.length === 0))
  const shown = await one.fairlead('status', '--name', 'cli-a')
  assert.equal(shown.status, 0)
  assert.match(shown.stdout, /cluster cli-a: healthy/)
  assert.match(
    shown.stdout,
    /node-2\s+yes\s+172\.30\.0\.3,fd00:172:30::3\s+10\.244\.2\.0\/24,\S+\s+\d+\s+3\s+in sync since 20/,
  )
  assert.match(shown.stdout, /node-\d\s+default\s+web-\S+\s+Running\s+10\.244\./)

  assert.match((await one.fairlead('logs', '--name', 'cli-a')).stdout, /^control-plane: .*serving$/m)
  assert.equal((await one.fairlead('logs', '--name', 'cli-a', '--node', 'node-2')).status, 0)
  const tail = (await one.fairlead('logs', 'cli-a', '--tail', '1')).stdout.trimEnd().split('\n')
  assert.deepEqual(
    tail.map((line) => line.split(':')[0]),
    ['control-plane', 'agent-host'],
  )
  appendFileSync(logPath(join(stateRoot(), 'cli-a'), 'agent-host'), 'now node-2: a pod says \u001b[2J\r\n')
  const hostile = await one.fairlead('logs', 'cli-a', '--node', 'node-2')
  assert.equal(hostile.stdout.split('\n').at(-2), 'agent-host: now node-2: a pod says \\u001b[2J\\r')
  const unknown = await one.fairlead('logs', '--name', 'cli-a', '--node', 'node-9')
  assert.equal(unknown.status, 1)
  assert.match(unknown.stderr, /cluster cli-a has no node node-9\n.*node-1, node-2, node-3/)

  const printed = join(one.folder, 'printed')
  writeFileSync(printed, (await one.fairlead('kubeconfig', '--name', 'cli-a')).stdout)
  assert.equal((await one.kubectl('--kubeconfig', printed, 'get', '--raw', '/readyz')).trim(), 'ok')
})

claim('of two that start a cluster of one name at once, one gets it, and the other is told so', async (assert) => {
  await using one = scratch()
  const outcomes = await Promise.all([1, 2].map(() => one.fairlead('up', '--name', 'cli-k', '--nodes', '1')))
  const [winner, loser] = outcomes.toSorted((a, b) => a.status - b.status)
  assert.deepEqual([winner!.status, loser!.status], [0, 1], `${winner!.stderr}${loser!.stderr}`)
  assert.match(loser!.stderr, /a cluster named cli-k is running/)
  assert.equal((await one.status('cli-k')).healthy, true)
})

claim('two clusters run side by side, with ranges of their own', async (assert) => {
  await using one = scratch()
  // At once: two that plan at the same time must not choose the same ranges, ports or names of links.
  const [a, b] = await Promise.all([one.up('cli-b', '--nodes', '2'), one.up('cli-b-node-1', '--nodes', '2')])
  const ranges = [a, b].flatMap(({ nodes }) => nodes.flatMap(({ addresses, podCidrs }) => [...addresses, ...podCidrs]))
  assert.equal(new Set(ranges).size, 16, ranges.join(' '))
  assert.notEqual(a!.server, b!.server)
  for (const [facts, port] of [
    [a!, 30090],
    [b!, 30091],
  ] as const) {
    await one.kubectl('config', 'use-context', facts.context)
    await serve(assert, one, port, 1)
    for (const { addresses } of facts.nodes) assert.match(await answer(addresses[0], port), /^web-/)
  }
  const taken = await one.fairlead('up', '--name', 'cli-b-2', '--service-cidr', '10.96.128.0/17,fd00:aa::/112')
  assert.equal(taken.status, 1)
  assert.match(
    taken.stderr,
    /--service-cidr 10\.96\.128\.0\/17,fd00:aa::\/112 collides with 10\.96\.0\.0\/16 of cluster cli-b/,
  )
  assert.equal((await one.fairlead('down', '--name', 'cli-b')).status, 0)
  assert.match(await answer(b!.nodes[1]!.addresses[0], 30091), /^web-/, 'the other goes on')
  assert.equal((await one.status('cli-b-node-1')).healthy, true)
})

claim('with --load-balancer none a LoadBalancer Service stays pending and works as a NodePort', async (assert) => {
  await using one = scratch()
  const { nodes } = await one.up('cli-c', '--load-balancer', 'none', '--nodes', '1')
  await one.kubectl('apply', '-f', join(EXAMPLES, 'myapp.yaml'), '-f', join(EXAMPLES, 'load-balancer.yaml'))
  await one.kubectl('rollout', 'status', 'deployment/myapp', '--timeout=20s')
  const { spec, status } = JSON.parse(await one.kubectl('get', 'service', 'myapp-lb', '-o', 'json')) as Service
  assert.deepEqual(status?.loadBalancer ?? {}, {})
  assert.match(await one.kubectl('get', 'service', 'myapp-lb'), /LoadBalancer\s+10\.\S+\s+<pending>/)
  assert.match(await answer(nodes[0]!.addresses[0], spec!.ports![0]!.nodePort!), /^myapp-/)
})

claim('--nodes takes one node and five, and every one of them answers', async (assert) => {
  await using one = scratch()
  for (const count of [1, 5]) {
    const { nodes } = await one.up(`cli-d${count}`, '--nodes', String(count))
    assert.equal(nodes.length, count)
    await serve(assert, one, 30100, count)
    for (const { addresses } of nodes) assert.match(await answer(addresses[0], 30100), /^web-/)
    assert.equal((await one.status(`cli-d${count}`)).nodes.filter(({ ready }) => ready).length, count)
    assert.equal((await one.fairlead('down', '--name', `cli-d${count}`)).status, 0)
  }
})

claim(
  'the range flags decide addresses of pods, Services, DNS, nodes, load balancers and node ports',
  async (assert) => {
    await using one = scratch()
    const { nodes } = await one.up(
      'cli-e',
      ...['--cluster-cidr', '10.50.0.0/16,fd00:50::/56', '--service-cidr', '10.60.0.0/20,fd00:60::/112'],
      ...['--cluster-dns', '10.60.0.53,fd00:60::53', '--node-cidr', '192.168.90.0/24,fd00:90::/64'],
      ...['--load-balancer-cidr', '192.168.91.0/28,fd00:91::/112', '--node-port-range', '20000-20100'],
    )
    assert.deepEqual(
      nodes.map(({ addresses, podCidrs }) => [addresses[0], podCidrs[0], podCidrs[1]]),
      [
        ['192.168.90.2', '10.50.1.0/24', 'fd00:50:0:1::/64'],
        ['192.168.90.3', '10.50.2.0/24', 'fd00:50:0:2::/64'],
        ['192.168.90.4', '10.50.3.0/24', 'fd00:50:0:3::/64'],
      ],
    )
    await one.kubectl('apply', '-f', join(EXAMPLES, 'load-balancer.yaml'))
    await serve(assert, one, 20007)
    assert.match(await answer('192.168.90.4', 20007), /^web-/)
    assert.equal(await resolve(nodes[0]!.namespace, '10.60.0.53', 'kubernetes.default.svc.cluster.local'), '10.60.0.1')
    assert.match(await one.kubectl('get', 'service', 'web', '-o', 'jsonpath={.spec.clusterIP}'), /^10\.60\./)
    const ip = await eventually(
      'an external address',
      async () =>
        (await one.kubectl('get', 'service', 'myapp-lb', '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}')) ||
        undefined,
    )
    assert.match(ip, /^192\.168\.91\./)
    const refused = await one.apply(service('out', 'type: NodePort\nports: [{port: 80, nodePort: 30080}]', 'web'))
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /20000-20100/)
  },
)

claim('the kubeconfig keeps what others wrote, and down gives the former context back', async (assert) => {
  await using one = scratch()
  const others = `apiVersion: v1
kind: Config
clusters:
  - name: work # ours
    cluster:
      server: https://work.example
contexts:
  - name: work
    context:
      cluster: work
      user: work
users:
  - name: work
    user:
      token: abc
current-context: work
`
  writeFileSync(one.kubeconfig, others, { mode: 0o600 })
  await one.up('cli-f', '--nodes', '1')
  assert.equal((await one.kubectl('config', 'current-context')).trim(), 'fairlead-cli-f')
  assert.match(readFileSync(one.kubeconfig, 'utf8'), /name: work # ours/)
  await one.up('cli-g', '--nodes', '1')
  assert.equal((await one.fairlead('down', '--name', 'cli-f')).status, 0)
  assert.equal((await one.kubectl('config', 'current-context')).trim(), 'fairlead-cli-g')
  assert.equal((await one.fairlead('down', '--name', 'cli-g')).status, 0)
  assert.equal(readFileSync(one.kubeconfig, 'utf8'), others)

  const own = join(one.folder, 'own')
  await one.up('cli-f', '--nodes', '1', '--kubeconfig', own)
  assert.equal(readFileSync(one.kubeconfig, 'utf8'), others)
  assert.match(await one.kubectl('--kubeconfig', own, 'get', 'nodes'), /node-1\s+Ready/)
  assert.equal((await one.fairlead('down', '--name', 'cli-f')).status, 0)
  assert.ok(!existsSync(own), 'a file that holds nothing else goes away again')

  writeFileSync(own, '- no\n- kubeconfig\n')
  const broken = await one.fairlead('up', '--name', 'cli-f', '--nodes', '1', '--kubeconfig', own)
  assert.equal(broken.status, 1)
  assert.match(broken.stderr, /own is not a kubeconfig/)
  assert.equal(readFileSync(own, 'utf8'), '- no\n- kubeconfig\n')
  assert.deepEqual(processesOf('cli-f'), [], 'a cluster that no kubectl can reach is taken down again')
})

claim('an interrupt during up takes away again what was made, whenever it comes', async (assert) => {
  await using one = scratch()
  const before = await traces()
  for (const [delay, signal] of [
    [60, 'SIGINT'],
    [200, 'SIGINT'],
    [300, 'SIGTERM'],
    [400, 'SIGINT'],
  ] as const) {
    const child = spawn(FAIRLEAD, ['up', '--name', 'cli-h'], { env: { ...process.env, ...one.env }, stdio: 'pipe' })
    let said = ''
    child.stderr.on('data', (data: Buffer) => {
      said += String(data)
    })
    setTimeout(() => child.kill(signal), delay)
    const [code, killedBy] = await new Promise<[number | null, string | null]>((done) =>
      child.on('close', (...end) => done(end)),
    )
    // Before its handlers stand, the signal ends it as it ends any program; and it may have been quicker.
    if (code === 0) assert.equal((await one.fairlead('down', '--name', 'cli-h')).status, 0)
    else if (killedBy === null) {
      assert.equal(code, 130, said)
      assert.match(said, new RegExp(`interrupted by ${signal}`))
    }
    assert.deepEqual(await traces(), before, `${signal} after ${delay} ms`)
    assert.deepEqual(processesOf('cli-h'), [])
    assert.ok(!existsSync(one.kubeconfig), 'no kubeconfig is left')
  }
})

claim('a cluster that does not come up is taken down again, and the error shows its logs', async (assert) => {
  await using one = scratch()
  const before = await traces()
  // Loaded into every Node.js of ours, and fatal to the agents alone.
  const fault = join(one.folder, 'fault.cjs')
  writeFileSync(fault, "if (process.argv[1]?.includes('agent-host')) throw new Error('the agents are broken')")
  const outcome = await one.fairleadWith(
    { NODE_OPTIONS: `--require ${fault}` },
    'up',
    '--name',
    'cli-i',
    '--nodes',
    '1',
  )
  assert.equal(outcome.status, 1, outcome.stderr)
  assert.match(outcome.stderr, /cluster cli-i did not start: the agent-host does not stay up/)
  assert.match(outcome.stderr, /agent-host said:\n[\s\S]*the agents are broken/)
  assert.deepEqual(await traces(), before)
  assert.deepEqual(processesOf('cli-i'), [])
})

claim('on a terminal up shows its progress and what to do next', async (assert) => {
  await using one = scratch()
  const outcome = await run('script', ['-qec', `'${FAIRLEAD}' up --name cli-j --nodes 1`, '/dev/null'], {
    env: one.env,
  })
  assert.equal(outcome.status, 0, outcome.stdout)
  assert.match(outcome.stdout, /starting cli-j: control plane …/)
  assert.match(outcome.stdout, /cluster cli-j is up in \d+ ms: 1 node Ready, DNS answers/)
  assert.match(outcome.stdout, /take it down with: fairlead down cli-j/)
  const down = await run('script', ['-qec', `'${FAIRLEAD}' down --name cli-j`, '/dev/null'], { env: one.env })
  assert.match(down.stdout, /cluster cli-j is down \(\d+ ms\)/)
})

claim('every verb explains itself, and completion is what each shell understands', async (assert) => {
  await using one = scratch()
  const overview = (await one.fairlead('help')).stdout
  for (const { name } of commandList) assert.match(overview, new RegExp(`^  ${name} {2,}\\w`, 'm'))
  for (const { name: verb } of allVerbs(commandList)) {
    const help = await one.fairlead('help', ...verb.split(' '))
    assert.match(help.stdout, new RegExp(`^fairlead ${verb}: [\\s\\S]*Usage: fairlead ${verb}[\\s\\S]*Examples:`))
    assert.equal((await one.fairlead(...verb.split(' '), '--help')).stdout, help.stdout)
  }
  assert.match((await one.fairlead('image')).stdout, /^ {2}image load {2,}take images/m)
  assert.match((await one.fairlead('image', 'lod')).stderr, /no verb 'image lod'; did you mean load\?/)
  const version = JSON.parse((await one.fairlead('version', '-o', 'json')).stdout) as Record<string, string>
  assert.match(version.kubernetes!, /^v1\.36\./)
  for (const [shell, ...check] of [
    [
      'bash',
      '-c',
      'source "$1"; COMP_WORDS=(fairlead up --load-balancer p); COMP_CWORD=3; _fairlead; echo "$COMPREPLY"',
      'bash',
    ],
    [
      'bash',
      '-c',
      'source "$1"; COMP_WORDS=(fairlead image l); COMP_CWORD=2; _fairlead; [ "$COMPREPLY" = ls ] && echo pool',
      'bash',
    ],
    ['zsh', '-fc', 'autoload -Uz compinit; compinit -D -u; source "$1"; (( $+_comps[fairlead] )) && echo pool', 'zsh'],
    ['fish', '-c', 'source $argv[1]; complete -C "fairlead up --load-balancer p" | string split -f1 \\t'],
  ] as const) {
    const file = join(one.folder, shell)
    writeFileSync(file, (await one.fairlead('completion', shell)).stdout)
    assert.ok(readFileSync(file, 'utf8').includes('kubeconfig'), `${shell}: has the verbs`)
    // The other shells are checked where they are installed.
    if (shell !== 'bash' && (await run('sh', ['-c', `command -v ${shell}`])).status !== 0) continue
    assert.equal((await run(shell, [...check, file], { env: one.env })).stdout.trim(), 'pool', shell)
  }
})
