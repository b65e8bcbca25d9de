import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const cluster = withCluster('probed', ['--nodes', '2'])

const pod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, labels: {app: ${name}}}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 0
  containers: [{name: web, image: fairlead/echo, ports: [{containerPort: 8080}]}]
---
`

const policy = (...args: readonly string[]) => run(FAIRLEAD, ['policy', ...args, '--name', cluster.name])

claim('policy matrix --probe does not blame policies for a node that is stopped, and names it', async (assert) => {
  await cluster.kubectl('create', 'namespace', 'shop')
  await cluster.kubectl.apply(pod('one', 'node-1') + pod('two', 'node-1') + pod('far', 'node-2'))
  await cluster.kubectl('wait', '-n', 'shop', '--for=condition=Ready', 'pod', '--all', '--timeout=60s')
  await eventually('all are asked', async () =>
    /^9 connections were begun: all as the policies say$/m.test(
      (await policy('matrix', '-n', 'shop', '--probe')).stdout,
    ),
  )
  const stopped = await run(FAIRLEAD, ['node', 'stop', 'node-2', '--name', cluster.name])
  assert.equal(stopped.status, 0, stopped.stderr)
  const { status, stdout } = await policy('matrix', '-n', 'shop', '--probe')
  assert.equal(status, 0, stdout)
  assert.doesNotMatch(stdout, /!/)
  assert.match(
    stdout,
    /^4 connections were begun: all as the policies say; of 5 more nobody can tell, since node-2 is not Ready$/m,
  )
  const json = await policy('matrix', '-n', 'shop', '--probe', '-o', 'json')
  const { cells } = JSON.parse(json.stdout) as { readonly cells: readonly Record<string, unknown>[] }
  assert.deepEqual(
    cells
      .filter(({ lost }) => lost !== undefined)
      .map(({ from, to, probe, differs, lost }) => [from, to, probe, differs, lost]),
    [
      ['shop/far', 'shop/far', 'not sent', false, 'node-2'],
      ['shop/far', 'shop/one', 'not sent', false, 'node-2'],
      ['shop/far', 'shop/two', 'not sent', false, 'node-2'],
      ['shop/one', 'shop/far', 'not sent', false, 'node-2'],
      ['shop/two', 'shop/far', 'not sent', false, 'node-2'],
    ],
  )
})

claim('a namespace that is not there is no answer of policy matrix or policy check: exit status 2', async (assert) => {
  for (const verb of ['matrix', 'check']) {
    const { status, stderr } = await policy(verb, '-n', 'nope')
    assert.equal(status, 2, verb)
    assert.match(stderr, /there is no namespace nope/)
  }
})
