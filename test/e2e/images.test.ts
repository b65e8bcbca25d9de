import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Event } from '#api/core/event/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { busyboxLayer, dockerArchive, layer, writeLayout } from '../images/make-image.ts'
import { push, startRegistry } from '../images/registry.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-images-'))
// A store of its own, as a machine of its own would have it.
process.env.FAIRLEAD_STATE = join(folder, 'state')
const cluster = withCluster('images', ['--nodes', '2'])
after(() => rmSync(folder, { recursive: true }))
const { kubectl } = cluster
const fairlead = (...words: readonly string[]) => run(FAIRLEAD, words)

const load = async (images: Parameters<typeof dockerArchive>[0]): Promise<string> => {
  const path = join(folder, `archive-${images[0]?.tags?.[0]?.replaceAll(/\W/g, '-')}.tar`)
  writeFileSync(path, dockerArchive(images))
  return (await run('sh', ['-ec', `'${FAIRLEAD}' image load - < '${path}'`])).stdout
}
const manifest = (name: string, container: object, spec: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: { terminationGracePeriodSeconds: 0, ...spec, containers: [{ name: 'c', ...container }] },
  })
const waiting = (name: string, reason: string): Promise<Pod> =>
  eventually(`${name} waits with ${reason}`, async () => {
    const pod = await cluster.json<Pod>('get', 'pod', name)
    return pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === reason ? pod : undefined
  })
/** An Event of that pod whose reason and message fit. */
const told = (name: string, what: RegExp): Promise<string> =>
  eventually(`an Event of ${name}: ${what}`, async () => {
    const { items } = await cluster.json<{ items: readonly Event[] }>('get', 'events')
    return items
      .filter(({ involvedObject }) => involvedObject?.name === name)
      .map(({ reason, message }) => `${reason}: ${message}`)
      .find((text) => what.test(text))
  })

claim('an image from docker save runs as it says, and as its pod says where that says otherwise', async (assert) => {
  const server = ['sh', '-c', 'echo "$GREETING from $(pwd)" > /tmp/index.html; exec httpd -f -p 8080 -h /tmp']
  const config = { Entrypoint: server, Env: ['GREETING=hello', 'PATH=/bin'], WorkingDir: '/bin' }
  const loaded = await load([{ tags: ['shop/web:1', 'shop/web:latest'], layers: [busyboxLayer(), layer([])], config }])
  assert.match(loaded, /^shop\/web:1 {3}[0-9a-f]{12} {3}2\.\d MB\nshop\/web:latest /)
  await kubectl.apply(manifest('web', { image: 'shop/web', ports: [{ containerPort: 8080 }] }))
  const other = { image: 'shop/web:1', env: [{ name: 'GREETING', value: 'good day' }], workingDir: '/tmp' }
  await kubectl.apply(manifest('other', other, { nodeName: 'node-2' }))
  await kubectl.apply(
    manifest(
      'words',
      { image: 'shop/web:1', command: ['echo', 'only', '$(WHO)'], env: [{ name: 'WHO', value: 'me' }] },
      { restartPolicy: 'Never' },
    ),
  )
  await kubectl('wait', '--for=condition=Ready', 'pod/web', 'pod/other')
  await kubectl('expose', 'pod', 'web', '--port=80', '--target-port=8080')
  const ask = (url: string) =>
    eventually(url, async () => (await cluster.onNode('node-1', 'curl', '-s', '-m', '2', url)).stdout)
  const at = (kind: string, name: string, path: string) => kubectl('get', kind, name, '-o', `jsonpath={${path}}`)
  assert.equal(await ask(`http://${await at('service', 'web', '.spec.clusterIP')}`), 'hello from /bin\n')
  assert.equal(await ask(`http://${await at('pod', 'other', '.status.podIP')}:8080`), 'good day from /tmp\n')
  await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/words')
  assert.equal(await kubectl('logs', 'words'), 'only me\n')
  assert.ok(
    await told(
      'web',
      /^Pulled: Container image "shop\/web" already present on machine and can be accessed by the pod$/,
    ),
  )
})

claim('an image with nothing but a program has no shell, and a program that is not there is told', async (assert) => {
  const alone = [layer([{ name: 'app', data: readFileSync('/bin/busybox'), mode: 0o755 }])]
  await load([{ tags: ['alone:1'], layers: alone, config: { Entrypoint: ['/app', 'sleep', '1000'] } }])
  await kubectl.apply(manifest('alone', { image: 'alone:1' }))
  await kubectl('wait', '--for=condition=Ready', 'pod/alone')
  assert.notEqual((await cluster.inPod('alone', 'sh', '-c', 'true')).status, 0)
  await kubectl.apply(manifest('none', { image: 'alone:1', command: ['/no/such/program'] }))
  const pod = await eventually('none has failed to start', async () => {
    const now = await cluster.json<Pod>('get', 'pod', 'none')
    const { state, lastState } = now.status?.containerStatuses?.[0] ?? {}
    return (state?.terminated ?? lastState?.terminated ?? state?.waiting?.message) ? now : undefined
  })
  assert.match(JSON.stringify(pod.status), /\/no\/such\/program/)
  assert.ok(await told('none', /Failed: .*\/no\/such\/program/))
})

claim(
  'an image may be a volume: its files are there to read, whole or by a subPath, and not to write',
  async (assert) => {
    const lower = layer([
      { name: 'site', type: 'folder' },
      { name: 'site/page', data: 'from an image\n' },
    ])
    await load([{ tags: ['content:1'], layers: [lower, layer([{ name: 'other', data: 'x' }])] }])
    const volumes = [{ name: 'v', image: { reference: 'content:1' } }]
    const volumeMounts = [
      { name: 'v', mountPath: '/all' },
      { name: 'v', mountPath: '/part', subPath: 'site' },
    ]
    const container = { image: 'shop/web:1', command: ['sleep', '1000'], volumeMounts }
    await kubectl.apply(manifest('reader', container, { volumes }))
    await kubectl('wait', '--for=condition=Ready', 'pod/reader')
    const read = await cluster.inPod('reader', 'cat', '/all/site/page', '/part/page', '/all/other')
    assert.equal(read.stdout, 'from an image\nfrom an image\nx')
    assert.match((await cluster.inPod('reader', 'touch', '/all/new')).stderr, /Read-only file system/)
  },
)

claim('an image that a pod has as a volume stays, also before any of its containers is made', async (assert) => {
  await load([{ tags: ['held:1'], layers: [layer([{ name: 'x' }])] }])
  const volumes = [{ name: 'v', image: { reference: 'held:1' } }]
  const container = { image: 'no/such:1', imagePullPolicy: 'Never', volumeMounts: [{ name: 'v', mountPath: '/v' }] }
  await kubectl.apply(manifest('holder', container, { volumes }))
  await waiting('holder', 'ErrImageNeverPull')
  const refused = await fairlead('image', 'rm', 'held:1')
  assert.match(refused.stderr, /image 'held:1' is used by pod default\/holder of cluster images/)
  assert.doesNotMatch((await fairlead('image', 'prune')).stdout, /held:1/)
  await kubectl('delete', 'pod', 'holder')
  await eventually('nobody has it', async () => (await fairlead('image', 'rm', 'held:1')).status === 0 || undefined)
})

claim('a cluster’s file names images, and they are there before anything is applied', async (assert) => {
  writeFileSync(join(folder, 'named.tar'), dockerArchive([{ tags: ['named:1'], layers: [layer([{ name: 'n' }])] }]))
  const file = join(folder, 'cluster.yaml')
  writeFileSync(
    file,
    'apiVersion: fairlead/v1\nkind: Cluster\nname: images-b\nnodes: 1\nimages: [./named.tar, shop/web:1]\n',
  )
  const env = { KUBECONFIG: join(folder, 'kubeconfig-b') }
  const up = await run(FAIRLEAD, ['up', '-f', file], { env })
  try {
    assert.equal(up.status, 0, up.stderr)
    assert.match((await fairlead('image', 'ls')).stdout, /^named:1 /m)
  } finally {
    await run(FAIRLEAD, ['down', 'images-b'], { env })
  }
  await fairlead('image', 'rm', 'named:1')
})

claim('an image of a hundred layers runs as any other', async (assert) => {
  const layers = Array.from({ length: 99 }, (_, index) => layer([{ name: `layer-${index}`, data: `${index}` }]))
  const config = { Cmd: ['sleep', '1000'], Env: ['PATH=/bin'] }
  await load([{ tags: ['deep:1'], layers: [busyboxLayer(), ...layers], config }])
  await kubectl.apply(manifest('deep', { image: 'deep:1' }))
  await kubectl('wait', '--for=condition=Ready', 'pod/deep')
  assert.equal((await cluster.inPod('deep', 'cat', '/layer-0', '/layer-98')).stdout, '098')
})

claim('each Node lists the images of the machine, and one that comes or goes soon after', async (assert) => {
  type Listed = readonly { readonly names?: readonly string[] | null; readonly sizeBytes?: number }[]
  const listed = async (node: string): Promise<Listed> =>
    (await cluster.json<Node>('get', 'node', node)).status?.images ?? []
  const named = (images: Listed, name: string) => images.find(({ names }) => names?.includes(name))
  const fresh = 'docker.io/library/fresh:1'
  await load([{ tags: ['fresh:1'], layers: [layer([{ name: 'x', data: 'y'.repeat(5000) }])] }])
  for (const node of ['node-1', 'node-2']) {
    const images = await eventually(
      `${node} lists fresh:1`,
      async () => {
        const now = await listed(node)
        return named(now, fresh) && now
      },
      30_000,
    )
    assert.ok((named(images, fresh)?.sizeBytes ?? 0) >= 5000)
    assert.ok(named(images, 'fairlead/echo:latest'))
    const sizes = images.map(({ sizeBytes = 0 }) => sizeBytes)
    assert.deepEqual(
      sizes,
      sizes.toSorted((a, b) => b - a),
    )
  }
  assert.equal((await fairlead('image', 'rm', 'fresh:1')).status, 0)
  await eventually(
    'node-1 lists it no more',
    async () => named(await listed('node-1'), fresh) === undefined || undefined,
  )
})

claim(
  'fairlead image shows what is here and who runs it, keeps what is run, and takes away the rest',
  async (assert) => {
    const listed = await fairlead('image', 'ls')
    assert.match(listed.stdout, /^NAME +ID +SIZE +FROM +PODS\n/)
    assert.match(listed.stdout, /^shop\/web:1 .* here +3$/m)
    assert.match(listed.stdout, /^content:1 .* here +1$/m)
    const refused = await fairlead('image', 'rm', 'alone:1')
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /image 'alone:1' is used by pod default\/alone of cluster images/)
    // Each of its names has pods that ask by it.
    for (const [name, pod] of [
      ['shop/web:1', 'other'],
      ['shop/web', 'web'],
    ] as const) {
      const asked = await fairlead('image', 'rm', name)
      assert.equal(asked.status, 1)
      assert.match(asked.stderr, new RegExp(`image '${name}' is used by .*pod default/${pod} of cluster images`))
    }
    await load([{ tags: ['spare:1', 'spare:2'], layers: [layer([{ name: 'x', data: 'y' }])] }])
    assert.equal((await fairlead('image', 'rm', 'spare:1')).status, 0)
    assert.equal((await fairlead('image', 'prune')).stdout, 'spare:2 removed\n')
    assert.doesNotMatch((await fairlead('image', 'ls')).stdout, /spare/)
    assert.match((await fairlead('image', 'rm', 'spare:1')).stderr, /image 'spare:1' is not on this machine/)
    const site = join(folder, 'site')
    const added = await run('sh', [
      '-ec',
      `mkdir -p '${site}/bin'; cp /bin/busybox '${site}/bin/'; '${FAIRLEAD}' image add site:1 '${site}' --entrypoint '["/bin/busybox","sleep"]' --cmd 1000`,
    ])
    assert.match(added.stdout, /^site:1 /)
    await kubectl.apply(manifest('site', { image: 'site:1' }))
    await kubectl('wait', '--for=condition=Ready', 'pod/site')
  },
)

claim(
  'from a registry an image is fetched by policy and login, and what goes wrong is told with its reason',
  async (assert) => {
    const open = await startRegistry(join(folder, 'open'), 5011)
    const closed = await startRegistry(join(folder, 'closed'), 5012, 'me')
    try {
      const layout = join(folder, 'layout')
      const config = { Cmd: ['sleep', '1000'], Env: ['PATH=/bin'] }
      writeLayout(layout, [{ layers: [busyboxLayer('gzip'), layer([{ name: 'v', data: '1' }], 'zstd')], config }])
      push(`oci:${layout}`, `docker://${open.address}/team/app:1`)
      push(`oci:${layout}`, `docker://${closed.address}/team/app:1`, '--dest-creds', 'me:secret')
      await kubectl.apply(manifest('open', { image: `${open.address}/team/app:1` }))
      await kubectl('wait', '--for=condition=Ready', 'pod/open')
      const [status] = (await cluster.json<Pod>('get', 'pod', 'open')).status?.containerStatuses ?? []
      assert.match(status?.imageID ?? '', /^127\.0\.0\.1:5011\/team\/app@sha256:[0-9a-f]{64}$/)
      assert.ok(await told('open', /Pulled: Successfully pulled image "127\.0\.0\.1:5011\/team\/app:1" in \S+/))

      const guarded = { image: `${closed.address}/team/app:1`, imagePullPolicy: 'IfNotPresent' }
      await kubectl.apply(manifest('denied', guarded))
      const denied = await waiting('denied', 'ImagePullBackOff')
      assert.match(
        denied.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
        /IMAGE_DENIED.*imagePullSecrets/,
      )
      const secret = ['--docker-server', closed.address, '--docker-username', 'me', '--docker-password', 'secret']
      await kubectl('create', 'secret', 'docker-registry', 'login', ...secret)
      await kubectl.apply(manifest('guarded', guarded, { imagePullSecrets: [{ name: 'login' }] }))
      await kubectl('wait', '--for=condition=Ready', 'pod/guarded')
      // That it is on the machine now is nothing to who shows no login.
      await kubectl.apply(manifest('sly', guarded))
      await waiting('sly', 'ErrImagePull')

      await kubectl.apply(manifest('unknown', { image: `${open.address}/team/none:1` }))
      await waiting('unknown', 'ErrImagePull')
      const back = await waiting('unknown', 'ImagePullBackOff')
      assert.match(
        back.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
        /^Back-off pulling image .*IMAGE_UNKNOWN/,
      )
      await kubectl.apply(manifest('never', { image: `${open.address}/team/none:1`, imagePullPolicy: 'Never' }))
      await waiting('never', 'ErrImageNeverPull')
      await kubectl.apply(manifest('bad', { image: 'Not A Name' }))
      await waiting('bad', 'InvalidImageName')

      const pulled = await fairlead('image', 'pull', `${open.address}/team/app:1`)
      assert.match(pulled.stdout, /^127\.0\.0\.1:5011\/team\/app:1 /)
    } finally {
      await open.stop()
      await closed.stop()
    }
    await kubectl.apply(manifest('kept', { image: '127.0.0.1:5011/team/app:1', imagePullPolicy: 'IfNotPresent' }))
    await kubectl('wait', '--for=condition=Ready', 'pod/kept')
    await kubectl.apply(manifest('always', { image: '127.0.0.1:5011/team/app:1', imagePullPolicy: 'Always' }))
    const gone = await waiting('always', 'ErrImagePull')
    assert.match(
      gone.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '',
      /IMAGE_UNREACHABLE.*connection refused/,
    )
  },
)

claim(
  'a cluster has a registry of its own: what is pushed to it runs, and is there again after stop and up',
  async (assert) => {
    const started = await fairlead('registry', 'start', 'images', '--port', '5013')
    assert.match(started.stdout, /^push to 127\.0\.0\.1:5013 or 172\.30\.0\.1:5013, and name it so in a pod:$/m)
    const layout = join(folder, 'pushed')
    writeLayout(layout, [{ layers: [busyboxLayer('gzip')], config: { Cmd: ['sleep', '1000'], Env: ['PATH=/bin'] } }])
    push(`oci:${layout}`, 'docker://127.0.0.1:5013/pushed:1')
    // Both addresses lead to the same.
    for (const [name, host] of [
      ['pushed', '127.0.0.1'],
      ['within', '172.30.0.1'],
    ] as const)
      await kubectl.apply(manifest(name, { image: `${host}:5013/pushed:1` }))
    await kubectl('wait', '--for=condition=Ready', 'pod/pushed', 'pod/within')
    assert.match(
      (await fairlead('registry', 'start', 'images')).stderr,
      /registry of cluster images runs already, at port 5013/,
    )
    for (const verb of ['stop', 'up'])
      assert.equal(
        (await run(FAIRLEAD, [verb, 'images', '-q'], { env: { KUBECONFIG: cluster.kubeconfig } })).status,
        0,
        verb,
      )
    await kubectl.apply(manifest('after', { image: '172.30.0.1:5013/pushed:1', imagePullPolicy: 'Always' }))
    await kubectl('wait', '--for=condition=Ready', 'pod/after')
    assert.equal((await fairlead('registry', 'stop', 'images')).status, 0)
    assert.match((await fairlead('registry', 'stop', 'images')).stderr, /cluster images has no registry/)
    assert.equal((await run('pgrep', ['-f', `${folder}.*/registry/config-`])).stdout, '')
  },
)
