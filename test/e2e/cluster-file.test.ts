import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Node } from '#api/core/node/message.ts'
import { ask } from './echo.ts'
import { claim, EXAMPLES, eventually, FAIRLEAD, run } from './harness.ts'
import { scratch } from './scratch.ts'

claim(
  'a cluster is what a file says, with its nodes and what is applied to it, also when it is said again',
  async (assert) => {
    await using one = scratch()
    const file = join(EXAMPLES, 'cluster', 'zones.yaml')
    const up = await one.fairlead('up', '-f', file, '--name', 'zones')
    assert.equal(up.status, 0, up.stderr)
    assert.match(up.stderr, /^cluster zones is up in \d+ ms: 3 nodes Ready, DNS answers\n {2}front /)
    assert.match(up.stderr, /\napplied: 2 objects, all ready\n/)
    const { items } = JSON.parse(await one.kubectl('get', 'nodes', '-o', 'json')) as { items: Node[] }
    const byName = new Map(items.map((node) => [node.metadata!.name, node]))
    assert.deepEqual([...byName.keys()].sort(), ['back', 'db', 'front'])
    assert.deepEqual(
      ['front', 'back', 'db'].map((name) => byName.get(name)!.metadata!.labels!['topology.kubernetes.io/zone']),
      ['eu-1', 'eu-2', 'eu-2'],
    )
    assert.equal(byName.get('back')!.metadata!.labels!.disk, 'fast')
    assert.deepEqual(byName.get('db')!.spec!.taints, [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }])
    const where = await one.kubectl(
      'get',
      'pods',
      '-o',
      'jsonpath={.items[*].spec.nodeName} {.items[*].status.containerStatuses[0].ready}',
    )
    assert.match(where, /^(front |back ){3}true true true$/, 'all are ready, and none where it may not be')
    for (const { status } of items) assert.match(await ask(status!.addresses![0]!.address, 30_008), /^myapp-/)
    const managers = await one.kubectl('get', '--raw', '/apis/apps/v1/namespaces/default/deployments/myapp')
    assert.match(managers, /"manager":"fairlead","operation":"Apply"/)
    const wide = await one.apply(
      'apiVersion: v1\nkind: Service\nmetadata: {name: w}\nspec: {type: NodePort, ports: [{port: 80, nodePort: 30200}]}',
    )
    assert.match(wide.stderr, /provided port is not in the valid range.*30000-30100/s, 'its flags are in force')

    // It is brought back by the same file, and by no other.
    assert.equal((await one.fairlead('stop', 'zones', '-q')).status, 0)
    const other = join(one.folder, 'other.yaml')
    writeFileSync(
      other,
      readFileSync(file, 'utf8')
        .replace('name: front', 'name: first')
        .replace('- ../myapp.yaml', `- ${join(EXAMPLES, 'myapp.yaml')}`),
    )
    const refused = await one.fairlead('up', '-f', other, '--name', 'zones')
    assert.match(
      refused.stderr,
      /cluster zones is there, stopped, and has the nodes front, back, db, not first, back, db\n/,
    )
    const again = await one.fairlead('up', '-f', file, '--name', 'zones')
    assert.equal(again.status, 0, again.stderr)
    assert.match(again.stderr, /\napplied: 2 objects, all ready\n/)
  },
)

claim('a file comes by the standard input too, and what is wrong with it costs no cluster', async (assert) => {
  await using one = scratch()
  const head = 'apiVersion: fairlead/v1\nkind: Cluster\nname: file-b\nnodes: 1\n'
  const feed = (text: string, ...flags: readonly string[]) =>
    run(FAIRLEAD, ['up', '-f', '-', ...flags], { env: one.env, input: head + text })
  writeFileSync(
    join(one.folder, 'crd.yaml'),
    `apiVersion: example.com/v1
kind: Lamp
metadata: {name: desk}
---
apiVersion: v1
kind: Pod
metadata: {name: app, namespace: fresh}
spec: {containers: [{name: web, image: fairlead/echo}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: fresh}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: lamps.example.com}
spec:
  group: example.com
  names: {kind: Lamp, plural: lamps, singular: lamp}
  scope: Cluster
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`,
  )
  for (const [text, flags, status, message] of [
    [
      'node: 3\n',
      [],
      2,
      /^fairlead: standard input: node: there is no such field; did you mean nodes\?\n {2}fields here are: /,
    ],
    ['egress: maybe\n', [], 2, /egress must be true or false\n/],
    ['manifests: [nowhere.yaml]\n', [], 1, /standard input: manifests: nowhere\.yaml cannot be read: /],
    ['images: [./none.tar]\n', [], 1, /none\.tar' cannot be read/],
    ['images: ["127.0.0.1:9/app:1"]\n', [], 1, /127\.0\.0\.1:9\/app:1.*connection refused/],
    ['wait: soon\n', [], 2, /standard input: wait is 'soon', but must be a time/],
    ['nodeMonitorGracePeriod: 1s\n', [], 2, /--node-monitor-grace-period 1s: must be 2s to 1h\n/],
    ['a: [\n', [], 2, /standard input: .* at line 6/],
    ['', ['--nodes', 'two'], 2, /--nodes is 'two'/],
  ] as const) {
    const outcome = await feed(text, ...flags)
    assert.equal(outcome.status, status, `${text}: ${outcome.stderr}`)
    assert.match(outcome.stderr, message)
  }
  const nodes = await run(FAIRLEAD, ['up', '-f', '-'], {
    env: one.env,
    input: head.replace('nodes: 1\n', 'nodes: [{labels: {"a b": c}}]\n'),
  })
  assert.match(nodes.stderr, /-: nodes\[0\]: metadata\.labels: Invalid value: "a b"/)
  const missing = await one.fairlead('up', '-f', join(one.folder, 'none.yaml'))
  assert.match(missing.stderr, /none\.yaml cannot be read: /)
  assert.equal((await one.fairlead('list', '-o', 'json')).stdout, '[]\n', 'nothing was made of any of these')

  const up = await feed(`manifests: [${join(one.folder, 'crd.yaml')}]\nwait: 30s\n`, '--name', 'file-b')
  try {
    assert.equal(up.status, 0, up.stderr)
    assert.match(up.stderr, /\napplied: 4 objects, all ready\n/)
    assert.equal((await one.kubectl('get', 'lamps', '-o', 'name')).trim(), 'lamp.example.com/desk')
    // What cannot be applied, or does not become ready, is named, and the cluster stays.
    assert.equal((await one.fairlead('stop', 'file-b', '-q')).status, 0)
    writeFileSync(
      join(one.folder, 'bad.yaml'),
      'apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 700000}]}\n',
    )
    const bad = await feed(`manifests: [${join(one.folder, 'bad.yaml')}]\n`)
    assert.equal(bad.status, 1)
    assert.match(bad.stderr, /cluster file-b is up, but service bad \(\S+bad\.yaml\) was not applied: .*700000/)
    assert.match((await one.fairlead('list')).stdout, /^file-b +running/m)
    assert.equal((await one.fairlead('stop', 'file-b', '-q')).status, 0)
    writeFileSync(
      join(one.folder, 'slow.yaml'),
      'apiVersion: v1\nkind: Pod\nmetadata: {name: slow}\nspec: {nodeName: node-1, containers: [{name: a, image: fairlead/echo, readinessProbe: {exec: {command: ["false"]}}}]}\n',
    )
    const slow = await feed(`manifests: [${join(one.folder, 'slow.yaml')}]\nwait: 2s\n`)
    assert.equal(slow.status, 1)
    assert.match(
      slow.stderr,
      /cluster file-b is up, but not all that was applied is ready: pod slow: it is not Ready: containers with unready status: \[a\]/,
    )
    await eventually(
      'it is there',
      async () => (await one.kubectl('get', 'pod', 'slow', '-o', 'name')).trim() === 'pod/slow',
    )
  } finally {
    assert.equal((await one.fairlead('down', 'file-b')).status, 0)
  }
})
