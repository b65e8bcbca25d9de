import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { deployment, service } from './echo.ts'
import { claim, eventually, FAIRLEAD, run } from './harness.ts'
import { scratch } from './scratch.ts'

claim('a command on a node has its network, its name and its resolver, and hands on how it ends', async (assert) => {
  await using one = scratch()
  const { nodes } = await one.up('exec-a', '--nodes', '2')
  const on = (node: string, ...command: readonly string[]) =>
    one.fairlead('exec', `node/${node}`, '--name', 'exec-a', '--', ...command)
  const files = ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname'].map((file) => readFileSync(file, 'utf8'))
  const host = (await run('hostname', [])).stdout

  assert.equal((await on('node-2', 'hostname')).stdout, 'node-2\n')
  assert.equal((await on('2', 'cat', '/proc/sys/kernel/hostname')).stdout, 'node-2\n')
  const addresses = (await on('node-2', 'ip', '-o', 'address', 'show', 'eth0')).stdout
  for (const address of nodes[1]!.addresses) assert.ok(addresses.includes(` ${address}/`), addresses)
  assert.match((await on('node-2', 'ls', '/sys/class/net')).stdout, /^eth0$/m)
  assert.equal((await on('node-1', 'getent', 'hosts', 'node-2')).stdout.split(/\s+/)[1], 'node-2')

  const applied = await one.apply(`${deployment('web')}${service('web', 'ports: [{port: 80, targetPort: 8080}]')}`)
  assert.equal(applied.status, 0, applied.stderr)
  await one.kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
  const asked = await eventually('a Service by its name', async () => {
    const { stdout } = await on('node-1', 'curl', '-s', '-m', '3', 'http://web.default/hostname')
    return stdout.startsWith('web-') && stdout
  })
  assert.match(asked, /^web-/)

  // Words are the command's own, whatever they look like; so is its end.
  assert.equal((await on('node-1', 'printf', '%s|', '--name', 'a b', '', '--', '$x')).stdout, '--name|a b||--|$x|')
  for (const [script, status] of [
    ['exit 7', 7],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ] as const)
    assert.equal((await on('node-1', 'sh', '-c', script)).status, status, script)
  const absent = await on('node-1', 'no-such-program')
  assert.deepEqual([absent.status, absent.stderr], [127, "fairlead: 'no-such-program' is not found on node node-1\n"])
  assert.equal((await on('node-1', '/etc/hosts')).status, 126)
  const outcome = await on('node-1', 'sh', '-c', 'echo out; echo err >&2')
  assert.deepEqual([outcome.stdout, outcome.stderr], ['out\n', 'err\n'])
  const fed = await run(FAIRLEAD, ['exec', 'node/1', '--name', 'exec-a', '--', 'cat'], { env: one.env, input: 'fed' })
  assert.equal(fed.stdout, 'fed')
  // A terminal where there is one, and a shell where nothing is asked for.
  const terminal = async (words: string, input = ''): Promise<string> =>
    (
      await run('script', ['-qec', `${FAIRLEAD} exec ${words} --name exec-a`, '/dev/null'], {
        env: { ...one.env, SHELL: '/bin/sh' },
        input,
      })
    ).stdout
  const tty = await run('script', ['-qec', `${FAIRLEAD} exec --name exec-a node/1 -- tty`, '/dev/null'], {
    env: one.env,
  })
  assert.match(tty.stdout, /^\/dev\/(pts\/|console)/)
  assert.match(await terminal('node/1', 'echo on-$(hostname)\nexit 3\n'), /on-node-1/)

  // Nothing of the machine has changed.
  assert.deepEqual(
    ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname'].map((file) => readFileSync(file, 'utf8')),
    files,
  )
  assert.equal((await run('hostname', [])).stdout, host)

  for (const [words, message] of [
    [[], /exec: on which node\?\n.*with one of: node-1, node-2; for pods: kubectl exec\n/],
    [['pod/web'], /exec: 'pod\/web' is no node\n/],
    [['node/9'], /cluster exec-a has no node 9\n/],
    [['node/1', 'ls', '-l'], /exec: there is no flag -l\n/],
  ] as const) {
    const { status, stderr } = await one.fairlead('exec', ...words, '--name', 'exec-a')
    assert.ok(status !== 0)
    assert.match(stderr, message)
  }
})

claim('what runs on a node by exec ends with the node’s power, and with the cluster', async (assert) => {
  await using one = scratch()
  await one.up('exec-b', '--nodes', '2')
  const sleeping = async (node: string) => {
    const child = spawn(
      FAIRLEAD,
      ['exec', `node/${node}`, '--name', 'exec-b', '--', 'sh', '-c', 'echo on; sleep 1000; echo woken'],
      {
        env: { ...process.env, ...one.env },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(child.stdout, 'data')
    return once(child, 'exit')
  }
  const first = sleeping('node-1')
  const second = sleeping('node-2')
  await Promise.all([first, second].map((one) => Promise.race([one, new Promise((go) => setTimeout(go, 500))])))
  assert.equal((await one.fairlead('node', 'stop', 'node-2', '--name', 'exec-b')).status, 0)
  assert.equal((await second)[0], 137)
  const stopped = await one.fairlead('exec', 'node/2', '--name', 'exec-b', '--', 'true')
  assert.match(stopped.stderr, /node-2 of cluster exec-b is stopped: nothing runs there\n.*fairlead node start node-2/)
  assert.equal((await one.fairlead('stop', 'exec-b', '-q')).status, 0)
  assert.equal((await first)[0], 137)
  const halted = await one.fairlead('exec', 'node/1', '--name', 'exec-b', '--', 'true')
  assert.match(halted.stderr, /cluster exec-b does not run\n.*fairlead up exec-b/)
})
