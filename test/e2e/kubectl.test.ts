import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'node:test'
import { ask, deployment } from './echo.ts'
import { type Assert, claim, eventually, withCluster } from './harness.ts'
import { type Kubectl, kubectlBinaries, kubectlOf } from './kubectl-binaries.ts'

const cluster = withCluster('kubectl')
const binaries = kubectlBinaries()
const newest = binaries.at(-1)!
const LONG = process.env.FAIRLEAD_LONG === '1'
const kubectl = kubectlOf(newest, () => cluster.kubeconfig, 'default')
const scratch = mkdtempSync(join(tmpdir(), 'fairlead-kubectl-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

const box = (name: string, labels = `app: ${name}`): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {${labels}}}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: shell
    image: fairlead/host
    command: [sh, -c, 'echo one; echo two; exec sleep infinity']
---
`
const echoPod = (name: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: web, image: fairlead/echo, readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}}]
---
`
const twoPorts = (name: string, second = true): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}, labels: {kept: "yes"}}
spec:
  selector: {app: web}
  ports:
  - {name: a, port: 80, targetPort: 8080}
${second ? '  - {name: b, port: 81, targetPort: 8080}\n' : ''}---
`
const ports = (k: Kubectl, name: string): Promise<string> =>
  k('get', 'service', name, '-o', 'jsonpath={.spec.ports[*].port}')
const headers = async (k: Kubectl, ...args: readonly string[]): Promise<string> =>
  (await k('get', ...args)).split('\n')[0]!.trim().replaceAll(/ {2,}/g, '|')

claim('the API serves the kinds, the names and the short names that kubectl asks for', async (assert) => {
  console.log(`kubectl of this machine: ${binaries.map(({ minor, path }) => `1.${minor} (${path})`).join(', ')}`)
  const rows = (await kubectl('api-resources', '--no-headers')).trim().split('\n')
  // A plural may stand in two groups: events do.
  const cells = rows.map((row) => row.trim().split(/\s+/))
  const served = new Map(cells.map((row) => [`${row[0]} ${row.at(-3)}`, row]))
  const expected: readonly (readonly [plural: string, short: string, version: string, kind: string, own: boolean])[] = [
    ['namespaces', 'ns', 'v1', 'Namespace', false],
    ['nodes', 'no', 'v1', 'Node', false],
    ['pods', 'po', 'v1', 'Pod', true],
    ['services', 'svc', 'v1', 'Service', true],
    ['endpoints', 'ep', 'v1', 'Endpoints', true],
    ['endpointslices', '', 'discovery.k8s.io/v1', 'EndpointSlice', true],
    ['deployments', 'deploy', 'apps/v1', 'Deployment', true],
    ['replicasets', 'rs', 'apps/v1', 'ReplicaSet', true],
    ['configmaps', 'cm', 'v1', 'ConfigMap', true],
    ['secrets', '', 'v1', 'Secret', true],
    ['serviceaccounts', 'sa', 'v1', 'ServiceAccount', true],
    ['events', 'ev', 'v1', 'Event', true],
    ['leases', '', 'coordination.k8s.io/v1', 'Lease', true],
  ]
  for (const [plural, short, version, kind, own] of expected) {
    assert.deepEqual(served.get(`${plural} ${version}`), [
      plural,
      ...(short ? [short] : []),
      version,
      String(own),
      kind,
    ])
    const singular = plural === 'endpoints' ? plural : plural.replace(/s$/, '')
    const group = version.includes('/') ? [`${plural}.${version.split('/')[0]}`] : []
    const names = [plural, singular, kind, ...(short ? [short] : []), ...group]
    const answers = await Promise.all(names.map((name) => kubectl.try('get', name, '-A', '-o', 'name')))
    for (const [index, { status, stderr }] of answers.entries()) assert.equal(status, 0, `${names[index]}: ${stderr}`)
  }
  assert.match(await kubectl('get', 'all', '-o', 'name'), /^service\/kubernetes$/m)
  assert.match((await kubectl.try('get', 'unicorns')).stderr, /doesn't have a resource type "unicorns"/)
  const versions = (await kubectl('api-versions')).trim().split('\n')
  for (const version of new Set(expected.map(([, , version]) => version))) assert.ok(versions.includes(version))
  const verbs = await kubectl('api-resources', '--verbs=list,watch', '-o', 'name')
  assert.match(verbs, /^deployments\.apps$/m)
  assert.doesNotMatch(verbs, /review/)
})

claim('kubectl get prints the columns that Kubernetes prints', async (assert) => {
  await kubectl('create', 'namespace', 'columns')
  const k = kubectlOf(newest, () => cluster.kubeconfig, 'columns')
  await k('create', 'deployment', 'web', '--image=fairlead/echo', '--port=8080')
  await k('expose', 'deployment', 'web', '--type=NodePort', '--port=80', '--target-port=8080')
  await k('create', 'service', 'externalname', 'far', '--external-name=a.example')
  await k('create', 'configmap', 'settings', '--from-literal=a=1', '--from-literal=b=2')
  await k('create', 'secret', 'generic', 'hidden', '--from-literal=a=1')
  await k('rollout', 'status', 'deployment/web', '--timeout=20s')
  const columns: readonly (readonly [kind: string, narrow: string, more: string])[] = [
    ['pods', 'NAME|READY|STATUS|RESTARTS|AGE', '|IP|NODE|NOMINATED NODE|READINESS GATES'],
    ['services', 'NAME|TYPE|CLUSTER-IP|EXTERNAL-IP|PORT(S)|AGE', '|SELECTOR'],
    ['deployments', 'NAME|READY|UP-TO-DATE|AVAILABLE|AGE', '|CONTAINERS|IMAGES|SELECTOR'],
    ['replicasets', 'NAME|DESIRED|CURRENT|READY|AGE', '|CONTAINERS|IMAGES|SELECTOR'],
    ['endpoints', 'NAME|ENDPOINTS|AGE', ''],
    ['endpointslices', 'NAME|ADDRESSTYPE|PORTS|ENDPOINTS|AGE', ''],
    ['configmaps', 'NAME|DATA|AGE', ''],
    ['secrets', 'NAME|TYPE|DATA|AGE', ''],
    ['serviceaccounts', 'NAME|AGE', ''],
    ['namespaces', 'NAME|STATUS|AGE', ''],
    ['nodes', 'NAME|STATUS|ROLES|AGE|VERSION', '|INTERNAL-IP|EXTERNAL-IP|OS-IMAGE|KERNEL-VERSION|CONTAINER-RUNTIME'],
  ]
  await Promise.all(
    columns.map(async ([kind, narrow, more]) => {
      assert.equal(await headers(k, kind), narrow)
      assert.equal(await headers(k, kind, '-o', 'wide'), narrow + more)
    }),
  )
  assert.equal(await headers(k, 'leases', '-n', 'kube-node-lease'), 'NAME|HOLDER|AGE')
  // `LAST SEEN` holds a space; its column is wide enough for two.
  assert.match((await k('get', 'events')).split('\n')[0]!, /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE/)
  assert.equal(await headers(k, 'pods', '-A', '--show-labels'), 'NAMESPACE|NAME|READY|STATUS|RESTARTS|AGE|LABELS')

  assert.match(await k('get', 'pods'), /^web-[0-9a-z]+-[0-9a-z]{5} +1\/1 +Running +0 +\d+s$/m)
  const wide = await k('get', 'pods', '-o', 'wide')
  assert.match(wide, / 10\.244\.\d\.\d+ +node-[123] +<none> +<none>$/m)
  assert.match(await k('get', 'deployment', 'web'), /^web +1\/1 +1 +1 +\d+s$/m)
  assert.match(await k('get', 'rs'), /^web-\S+ +1 +1 +1 +\d+s$/m)
  assert.match(await k('get', 'services'), /^web +NodePort +10\.96\.\d+\.\d+ +<none> +80:3\d{4}\/TCP +\d+s$/m)
  assert.match(await k('get', 'services'), /^far +ExternalName +<none> +a\.example +<none> +\d+s$/m)
  assert.match(
    await k('get', 'svc', '-n', 'kube-system'),
    /^kube-dns +ClusterIP +10\.96\.0\.10 +<none> +53\/UDP,53\/TCP/m,
  )
  assert.match(await k('get', 'endpoints', 'web'), /^web +10\.244\.\d\.\d+:8080 +\d+s$/m)
  assert.match(await k('get', 'endpointslices'), /^web-[0-9a-z]{5} +IPv4 +8080 +10\.244\.\d\.\d+ +\d+s$/m)
  assert.match(await k('get', 'configmap', 'settings'), /^settings +2 +\d+s$/m)
  assert.match(await k('get', 'secret', 'hidden'), /^hidden +Opaque +1 +\d+s$/m)
  assert.match(await k('get', 'nodes'), /^node-1 +Ready +<none> +\d+s +v1\.36\.\d\S*$/m)
  assert.match(await k('get', 'namespaces'), /^kube-system +Active +\d+s$/m)
  await k('delete', 'namespace', 'columns', '--wait=false')
})

/** What every kubectl must do here with objects, from 1.20 on. */
const objects = async (assert: Assert, k: Kubectl): Promise<void> => {
  assert.match(await k('version', '-o', 'json'), /"serverVersion"/)
  await k.apply(twoPorts('ports'))
  assert.equal(await ports(k, 'ports'), '80 81')
  assert.match(await k.apply(twoPorts('ports', false)), /service\/ports configured/)
  assert.equal(await ports(k, 'ports'), '80', 'an element that left the manifest is gone')
  assert.match(await k.apply(twoPorts('ports', false)), /service\/ports unchanged/)
  const misspelt = await k.with(
    'apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {portz: [], ports: [{port: 80}]}\n',
    'create',
    '-f',
    '-',
  )
  assert.equal(misspelt.status, 1)
  assert.match(misspelt.stderr, /unknown field "(spec\.)?portz"/)

  // kubectl from 1.32 on sends these as protobuf.
  assert.match(await k('create', 'deployment', 'web', '--image=fairlead/echo'), /deployment\.apps\/web created/)
  await k('create', 'service', 'clusterip', 'plain', '--tcp=80:8080')
  await k('create', 'configmap', 'settings', '--from-literal=a=1')
  await k('create', 'secret', 'generic', 'hidden', '--from-literal=a=b')
  assert.equal(await k('get', 'secret', 'hidden', '-o', 'jsonpath={.data.a}'), 'Yg==')
  assert.match(await k('rollout', 'status', 'deployment/web', '--timeout=20s'), /successfully rolled out/)
  await k('expose', 'deployment', 'web', '--port=80', '--target-port=8080')
  assert.match(await k('describe', 'service', 'web'), /^Endpoints: +10\.244\.\d\.\d+:8080$/m)
  await k('label', 'deployment', 'web', 'tier=front')
  await k('annotate', 'deployment', 'web', 'note=here')
  await k('patch', 'deployment', 'web', '-p', '{"spec":{"minReadySeconds":1}}')
  await k('patch', 'deployment', 'web', '--type=merge', '-p', '{"spec":{"revisionHistoryLimit":3}}')
  await k('patch', 'deployment', 'web', '--type=json', '-p', '[{"op":"remove","path":"/spec/minReadySeconds"}]')
  await k('scale', 'deployment', 'web', '--replicas=2')
  await k('set', 'env', 'deployment/web', 'COLOUR=blue')
  await k('rollout', 'status', 'deployment/web', '--timeout=20s')
  assert.match(await k('rollout', 'history', 'deployment/web'), /^2 +<none>$/m)
  const spec = 'jsonpath={.spec.replicas} {.metadata.labels.tier} {.spec.template.spec.containers[0].env[0].value}'
  assert.equal(await k('get', 'deployment', 'web', '-o', spec), '2 front blue')
  assert.match(await k('explain', 'service.spec.ports'), /targetPort/)
  assert.equal((await k('auth', 'can-i', 'create', 'deployments')).trim(), 'yes')
  await k('delete', 'service', 'web', 'plain')
  assert.match((await k.try('get', 'service', 'web')).stderr, /\(NotFound\): services "web" not found/)
}

/** What every kubectl must do here with a running pod: SPDY streams up to 1.29, WebSockets from 1.30 on. */
const streams = async (assert: Assert, k: Kubectl, namespace: string): Promise<void> => {
  await k.apply(box('box') + echoPod('server'))
  await k('wait', '--for=condition=Ready', 'pod/box', 'pod/server', '--timeout=20s')
  assert.equal(await k('logs', 'box'), 'one\ntwo\n')
  assert.equal((await k.try('exec', 'box', '--', 'sh', '-c', 'exit 3')).status, 3)
  assert.equal((await k.with('hello\n', 'exec', '-i', 'box', '--', 'cat')).stdout, 'hello\n')
  const apart = await k.try('exec', 'box', '--', 'sh', '-c', 'echo out; echo err >&2')
  assert.equal(apart.stdout, 'out\n')
  assert.match(apart.stderr, /^err$/m)
  const typed = await k.typed('echo sum-$((20+3)); tty\nexit 4\n', 'exec', '-it', 'box', '--', 'sh')
  assert.match(typed.stdout, /sum-23\r\n\/dev\/pts\/\d/)
  assert.equal(typed.status, 4)
  const file = join(scratch, `to-${namespace}`)
  writeFileSync(file, `from ${namespace}\n`)
  await k('cp', file, 'box:/tmp/file')
  await k('cp', 'box:/tmp/file', `${file}-back`)
  assert.equal(readFileSync(`${file}-back`, 'utf8'), `from ${namespace}\n`)
  const forward = k.follow('port-forward', 'pod/server', ':8080')
  try {
    const [, port] = await forward.until(/Forwarding from 127\.0\.0\.1:(\d+) -> 8080/)
    const answers = await Promise.all([1, 2, 3].map(() => ask('127.0.0.1', Number(port))))
    assert.deepEqual(answers, ['server', 'server', 'server'])
  } finally {
    await forward.stop()
  }
}

/* Side by side: each waits more than it computes. */
describe('each kubectl of this machine', { concurrency: 3 }, () => {
  for (const [index, binary] of binaries.entries()) {
    const isBetween = index > 0 && index < binaries.length - 1
    const skip =
      isBetween && !LONG ? 'the oldest and the newest stand for it; script/test --long asks it too' : undefined
    claim(
      `kubectl 1.${binary.minor} creates, applies, patches, rolls out, executes, copies and forwards`,
      async (assert) => {
        const namespace = `v1-${binary.minor}`
        const k = kubectlOf(binary, () => cluster.kubeconfig, namespace)
        await k('create', 'namespace', namespace)
        await Promise.all([objects(assert, k), streams(assert, k, namespace)])
        await k('delete', 'namespace', namespace, '--wait=false')
      },
      { skip },
    )
  }
})

claim('kubectl get selects, sorts and formats', async (assert) => {
  const k = kubectl
  await k.apply(box('box', 'app: box, tier: front') + box('crate', 'app: crate, tier: back') + twoPorts('ports'))
  await k('wait', '--for=condition=Ready', 'pod/box', 'pod/crate', '--timeout=20s')
  const names = async (...args: readonly string[]): Promise<string> =>
    (await k('get', ...args, '-o', 'name')).trim().replaceAll('\n', ' ')
  assert.equal(await names('pods', '-l', 'tier=front'), 'pod/box')
  assert.equal(await names('pods', '-l', 'tier in (front,back),app!=box'), 'pod/crate')
  assert.equal(await names('pods', '-l', 'tier,!missing'), 'pod/box pod/crate')
  assert.equal(await names('pods', '--field-selector=metadata.name=crate'), 'pod/crate')
  assert.equal(await names('pods', '--field-selector=status.phase!=Running'), '')
  const node = await k('get', 'pod', 'box', '-o', 'jsonpath={.spec.nodeName}')
  assert.match(await names('pods', `--field-selector=spec.nodeName=${node}`), /pod\/box/)
  assert.match(
    (await k.try('get', 'pods', '--field-selector=spec.colour=blue')).stderr,
    /field label not supported: spec\.colour/,
  )
  assert.match((await k.try('get', 'pods', '-l', 'a b')).stderr, /unable to parse requirement|found 'b', expected/)
  assert.match(await k('get', 'pod', 'box', '-o', 'yaml'), /^kind: Pod$/m)
  assert.equal(JSON.parse(await k('get', 'pods', '-o', 'json')).kind, 'List')
  assert.equal(
    await k('get', 'pods', '--sort-by=.metadata.labels.tier', '-o', 'jsonpath={.items[*].metadata.name}'),
    'crate box',
  )
  assert.equal(
    await k('get', 'pods', '--sort-by=.metadata.name', '-o', 'custom-columns=N:.metadata.name,T:.metadata.labels.tier'),
    'N       T\nbox     front\ncrate   back\n',
  )
  assert.equal(await k('get', 'service', 'ports', '-o', 'go-template={{range .spec.ports}}{{.port}} {{end}}'), '80 81 ')
  assert.match(await k('get', 'pods', '-A'), /^default +box /m)
  assert.match(await k('get', 'pods', '-L', 'tier'), /^box .*front$/m)
  assert.equal(JSON.parse(await k('get', '--raw', '/api/v1/namespaces/default/pods?limit=1')).items.length, 1)
  assert.equal(await k('get', '--raw', '/readyz'), 'ok')
  assert.match((await k.try('get', 'pod', 'nobody')).stderr, /Error from server \(NotFound\): pods "nobody" not found/)
  assert.match((await k.try('get', 'pods', '-n', 'nowhere')).stderr, /No resources found in nowhere namespace/)
  assert.match(await k('cluster-info'), /control plane.* is running at .*https:\/\/127\.0\.0\.1:\d+/)
})

claim('kubectl get -w shows what happens, as it happens', async (assert) => {
  const k = kubectl
  await k.apply('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: seen, labels: {watched: "yes"}}\ndata: {a: "1"}\n')
  const watch = k.follow('get', 'configmaps', '-w', '-l', 'watched=yes')
  const objects = k.follow(
    'get',
    'configmaps',
    '--watch-only',
    '-l',
    'watched=yes',
    '-o',
    'jsonpath={.metadata.name}={.data.a}{"\\n"}',
  )
  try {
    let round = 0
    await eventually('the watch is open', async () => {
      await k('annotate', 'configmap', 'seen', `round=${round++}`, '--overwrite')
      await objects.until(/seen=1/, 500)
      return true
    })
    await watch.until(/^NAME +DATA +AGE$/m)
    await watch.until(/^seen +1 +\d+s$/m)
    await k('patch', 'configmap', 'seen', '-p', '{"data":{"a":"2","b":"3"}}')
    await watch.until(/^seen +2 +\d+s$/m)
    await objects.until(/seen=2/)
    await k('delete', 'configmap', 'seen')
    // A deletion is printed once more.
    await watch.until(/^seen +2 +\d+s\nseen +2 +\d+s$/m)
    assert.equal(watch.text().match(/^NAME/gm)?.length, 1)
  } finally {
    await Promise.all([watch.stop(), objects.stop()])
  }
})

claim(
  'kubectl apply keeps, changes and prunes fields as the manifest does; dry runs and diff change nothing',
  async (assert) => {
    const k = kubectl
    const manifest = (more: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: applied, labels: {a: "1"}}\nspec:\n  replicas: 0\n  selector: {matchLabels: {app: applied}}\n  template:\n    metadata: {labels: {app: applied}}\n    spec:\n      containers:\n      - name: web\n        image: fairlead/echo\n        env:\n        - {name: A, value: "1"}\n${more}`
    const env = (): Promise<string> =>
      k('get', 'deployment', 'applied', '-o', 'jsonpath={.spec.template.spec.containers[0].env[*].name}')
    const b = '        - {name: B, value: "2"}\n'
    for (const mode of ['client', 'server']) {
      const dry = await k.with(manifest(b), 'apply', `--dry-run=${mode}`, '-f', '-')
      assert.match(dry.stdout, mode === 'client' ? /created \(dry run\)/ : /created \(server dry run\)/)
    }
    assert.equal((await k.try('get', 'deployment', 'applied')).status, 1)
    await k.apply(manifest(b))
    assert.equal(await env(), 'A B')
    await k('scale', 'deployment', 'applied', '--replicas=0')
    await k('set', 'env', 'deployment/applied', 'C=3')
    await k('label', 'deployment', 'applied', 'mine=kept')
    const diff = await k.with(manifest(''), 'diff', '-f', '-')
    assert.equal(diff.status, 1)
    assert.match(diff.stdout, /^-\s+- name: B$/m)
    assert.equal(await env(), 'A B C')
    await k.apply(manifest(''))
    assert.equal(await env(), 'A C', 'B left with the manifest, C came from elsewhere and stays')
    assert.equal(await k('get', 'deployment', 'applied', '-o', 'jsonpath={.metadata.labels.mine}'), 'kept')
    assert.equal((await k.with(manifest(''), 'diff', '-f', '-')).status, 0)
    const served = (text: string, ...flags: readonly string[]) =>
      k.with(text, 'apply', '--server-side', ...flags, '-f', '-')
    assert.match((await served(manifest(''))).stdout, /deployment\.apps\/applied serverside-applied/)
    const other = manifest('').replace('fairlead/echo', 'fairlead/host')
    const conflict = await served(other, '--field-manager=other')
    assert.equal(conflict.status, 1)
    assert.match(conflict.stderr, /Apply failed with 1 conflict: conflict with "kubectl"/)
    assert.match(conflict.stderr, /containers\[name="web"\]\.image/)
    assert.equal((await served(other, '--field-manager=other', '--force-conflicts')).status, 0)
    await served(manifest(b).replace('fairlead/echo', 'fairlead/host'))
    assert.equal(await env(), 'A C B')
    await served(manifest('').replace('fairlead/echo', 'fairlead/host'))
    assert.equal(await env(), 'A C', 'B left with who applied it')
    const owners = await k('get', 'deployment', 'applied', '-o', 'yaml', '--show-managed-fields')
    assert.match(owners, /manager: other\n\s+operation: Apply/)
    const folder = join(scratch, 'manifests')
    mkdirSync(folder)
    writeFileSync(join(folder, 'one.yaml'), twoPorts('from-folder'))
    writeFileSync(join(folder, 'two.json'), '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"from-folder"}}')
    assert.match(await k('apply', '-f', folder), /service\/from-folder created\nconfigmap\/from-folder created/)
    assert.match(await k('delete', '-f', folder), /"from-folder" deleted/)
    assert.match(
      (await k.with('apiVersion: v1\nkind: Unicorn\nmetadata: {name: a}\n', 'apply', '-f', '-')).stderr,
      /no matches for kind "Unicorn"/,
    )
    await k('delete', 'deployment', 'applied')
  },
)

claim('kubectl replace, edit and conflicting updates', async (assert) => {
  const k = kubectl
  await k('create', 'configmap', 'edited', '--from-literal=a=1')
  const stale = await k('get', 'configmap', 'edited', '-o', 'yaml')
  assert.match(await k.edit('\'s/a: "1"/a: "2"/\'', 'configmap', 'edited'), /configmap\/edited edited/)
  assert.equal(await k('get', 'configmap', 'edited', '-o', 'jsonpath={.data.a}'), '2')
  const conflict = await k.with(stale, 'replace', '-f', '-')
  assert.match(
    conflict.stderr,
    /\(Conflict\).*the object has been modified; please apply your changes to the latest version/,
  )
  const fresh = (await k('get', 'configmap', 'edited', '-o', 'yaml')).replace('a: "2"', 'a: "3"')
  assert.match((await k.with(fresh, 'replace', '-f', '-')).stdout, /configmap\/edited replaced/)
  assert.equal(await k('get', 'configmap', 'edited', '-o', 'jsonpath={.data.a}'), '3')
  assert.match((await k.try('create', 'configmap', 'edited')).stderr, /configmaps "edited" already exists/)
  assert.match((await k.try('create', 'configmap', 'Wrong_Name')).stderr, /metadata\.name: Invalid value: "Wrong_Name"/)
  await k('delete', 'configmap', 'edited')
})

claim('kubectl rollout goes forward, back, and waits while paused', async (assert) => {
  const k = kubectl
  await k.apply(deployment('rolled').replace('name: web', 'name: echo'))
  const image = (): Promise<string> =>
    k('get', 'deployment', 'rolled', '-o', 'jsonpath={.spec.template.spec.containers[0].image}')
  const status = (): Promise<string> => k('rollout', 'status', 'deployment/rolled', '--timeout=20s')
  await status()
  await k('set', 'image', 'deployment/rolled', 'echo=fairlead/echo:2')
  assert.match(await status(), /successfully rolled out/)
  await k('rollout', 'undo', 'deployment/rolled')
  await status()
  assert.equal(await image(), 'fairlead/echo')
  assert.match(await k('rollout', 'history', 'deployment/rolled'), /^2 .*\n3 /m)
  assert.match(await k('rollout', 'history', 'deployment/rolled', '--revision=2'), /fairlead\/echo:2/)
  await k('rollout', 'undo', 'deployment/rolled', '--to-revision=2')
  assert.equal(await image(), 'fairlead/echo:2')
  await k('rollout', 'pause', 'deployment/rolled')
  await k('set', 'image', 'deployment/rolled', 'echo=fairlead/echo:5')
  assert.match((await k.try('rollout', 'restart', 'deployment/rolled')).stderr, /paused/)
  assert.doesNotMatch(await k('get', 'rs', '-o', 'wide', '-l', 'app=rolled'), /echo:5/)
  await k('rollout', 'resume', 'deployment/rolled')
  await k('rollout', 'restart', 'deployment/rolled')
  assert.match(await status(), /successfully rolled out/)
  assert.match(
    await k('get', 'pods', '-l', 'app=rolled', '-o', 'jsonpath={.items[*].spec.containers[0].image}'),
    /echo:5/,
  )
  const described = await k('describe', 'deployment', 'rolled')
  assert.match(described, /StrategyType: +RollingUpdate/)
  assert.match(described, /ScalingReplicaSet/)
  await k('wait', '--for=condition=Available', 'deployment/rolled', '--timeout=5s')
  await k('delete', 'deployment', 'rolled')
  await k('wait', '--for=delete', 'pod', '-l', 'app=rolled', '--timeout=20s')
  assert.equal(await k('get', 'rs,pods', '-l', 'app=rolled', '-o', 'name'), '', 'what it owned went with it')
})

claim('kubectl logs follows, counts, and shows the container before a restart', async (assert) => {
  const k = kubectl
  const talk = `apiVersion: v1
kind: Pod
metadata: {name: talk}
spec:
  restartPolicy: Never
  containers:
  - {name: slow, image: fairlead/host, command: [sh, -c, 'for i in 1 2 3 4; do echo line-$i; sleep 0.2; done']}
  - {name: other, image: fairlead/host, command: [echo, aside]}
---
apiVersion: v1
kind: Pod
metadata: {name: crash}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: fairlead/host, command: [sh, -c, 'echo round; exit 7']}]
---
`
  await k.apply(talk)
  await eventually('the first container runs', async () => (await k.try('logs', 'talk', '-c', 'slow')).status === 0)
  assert.equal(await k('logs', '-f', 'talk', '-c', 'slow'), 'line-1\nline-2\nline-3\nline-4\n')
  assert.equal(await k('logs', 'talk', '-c', 'slow', '--tail=2'), 'line-3\nline-4\n')
  assert.equal(await k('logs', 'talk', '-c', 'other'), 'aside\n')
  assert.match(await k('logs', 'talk', '--all-containers', '--prefix'), /^\[pod\/talk\/other\] aside$/m)
  assert.match(await k('logs', 'talk', '-c', 'slow', '--timestamps', '--tail=1'), /^\d{4}-\d\d-\d\dT\S+Z line-4$/m)
  assert.match((await k.try('logs', 'talk', '-c', 'nobody')).stderr, /container nobody is not valid for pod talk/)
  await eventually(
    'it was restarted',
    async () =>
      Number(await k('get', 'pod', 'crash', '-o', 'jsonpath={.status.containerStatuses[0].restartCount}')) > 0,
  )
  assert.equal(await k('logs', 'crash', '--previous'), 'round\n')
  assert.match(
    (await k.try('logs', 'box', '--previous')).stderr,
    /previous terminated container "?shell"? in pod "?box"? not found/,
  )
  const described = await k('describe', 'pod', 'crash')
  assert.match(described, /Last State: +Terminated\n +Reason: +Error\n +Exit Code: +7/)
  assert.match(described, /BackOff|Back-off/)
  await eventually('back-off is its state', async () => /CrashLoopBackOff/.test(await k('get', 'pod', 'crash')))
  assert.match(await k('get', 'pod', 'talk'), /0\/2 +Completed/)
  assert.match(await k('get', 'events', '--field-selector=involvedObject.name=crash'), /pod\/crash/)
  await k('delete', 'pod', 'talk', 'crash', '--now')
})

claim('kubectl exec carries streams, exit codes and a terminal’s size', async (assert) => {
  const k = kubectl
  await k.apply(box('box'))
  await k('wait', '--for=condition=Ready', 'pod/box', '--timeout=20s')
  const big = 'x'.repeat(3_000_000)
  const echoed = await k.with(big, 'exec', '-i', 'box', '--', 'sh', '-c', 'wc -c; exit 0')
  assert.equal(echoed.stdout.trim(), '3000000')
  const much = await k('exec', 'box', '--', 'head', '-c', '3000000', '/dev/zero')
  assert.equal(much.length, 3_000_000)
  assert.equal((await k.try('exec', 'box', '--', 'sh', '-c', 'kill -9 $$')).status, 137)
  const none = await k.try('exec', 'box', '--', 'no-such-program')
  assert.equal(none.status, 1)
  assert.match(
    none.stderr,
    /^error: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: unable to start container process: exec: "no-such-program": executable file not found in \$PATH: unknown$/m,
  )
  assert.match(
    (await k.try('exec', 'box', '-c', 'nobody', '--', 'true')).stderr,
    /container nobody is not valid for pod box/,
  )
  assert.match((await k.try('exec', 'nobody', '--', 'true')).stderr, /pods "nobody" not found/)
  // runc sizes the inner terminal right after the program has started: who asks in the same millisecond may see 0 0.
  const sized = await k.typed('sleep 1; stty size\nexit\n', 'exec', '-it', 'box', '--', 'sh')
  assert.match(sized.stdout, /\b33 99\r\n/)
  assert.equal(sized.status, 0)
})

claim('kubectl run, attach and cp', async (assert) => {
  const k = kubectl
  const piped = await k.with(
    'given\n',
    'run',
    'once',
    '-i',
    '--rm',
    '--restart=Never',
    '--image=fairlead/host',
    '--command',
    '--',
    'sh',
    '-c',
    'cat; exit 5',
  )
  assert.match(piped.stdout, /^given$/m)
  assert.equal(piped.status, 5)
  const typed = await k.typed(
    'echo sum-$((40+2))\nexit\n',
    'run',
    'shell',
    '-it',
    '--rm',
    '--restart=Never',
    '--image=fairlead/host',
    '--command',
    '--',
    'sh',
  )
  assert.match(typed.stdout, /sum-42/)
  assert.equal(typed.status, 0)
  await eventually(
    '--rm removed them',
    async () => (await k('get', 'pods', 'once', 'shell', '--ignore-not-found')) === '',
  )
  await k.apply(
    box('ticker').replace("'echo one; echo two; exec sleep infinity'", "'while true; do echo tick; sleep 0.1; done'"),
  )
  await k('wait', '--for=condition=Ready', 'pod/ticker', '--timeout=20s')
  const attached = k.follow('attach', 'ticker')
  try {
    await attached.until(/tick\ntick\ntick\n/)
  } finally {
    await attached.stop()
  }
  await k('run', 'busy', '--image=fairlead/echo', '--labels=app=busy', '--env=A=1', '--port=8080')
  await k('wait', '--for=condition=Ready', 'pod/busy', '--timeout=20s')
  assert.equal((await k('exec', 'busy', '--', 'sh', '-c', 'echo $A')).trim(), '1')
  const folder = join(scratch, 'tree')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  writeFileSync(join(folder, 'deep', 'file'), 'deep\n')
  for (const pod of ['busy', 'ticker']) {
    await k('cp', folder, `${pod}:/tmp/tree`)
    assert.equal(await k('exec', pod, '--', 'cat', '/tmp/tree/deep/file'), 'deep\n')
    await k('cp', `${pod}:/tmp/tree/deep/file`, join(scratch, `back-${pod}`))
    assert.equal(readFileSync(join(scratch, `back-${pod}`), 'utf8'), 'deep\n')
  }
  await k('delete', 'pod', 'busy', 'ticker', '--now')
})

claim('kubectl port-forward reaches pods and Services, and names what does not listen', async (assert) => {
  const k = kubectl
  await k.apply(echoPod('web') + twoPorts('web'))
  await k('wait', '--for=condition=Ready', 'pod/web', '--timeout=20s')
  const forward = k.follow('port-forward', 'service/web', ':80', ':81')
  const closed = k.follow('port-forward', 'pod/web', ':9999')
  try {
    await forward.until(/(?:Forwarding from 127\.0\.0\.1:\d+ -> 8080[\s\S]*){2}/)
    const found = [...forward.text().matchAll(/127\.0\.0\.1:(\d+) -> 8080/g)].map(([, port]) => Number(port))
    const answers = await Promise.all([...found, ...found, ...found].map((port) => ask('127.0.0.1', port)))
    assert.deepEqual(
      answers,
      answers.map(() => 'web'),
    )
    const [, port] = await closed.until(/127\.0\.0\.1:(\d+) -> 9999/)
    await ask('127.0.0.1', Number(port)).catch(() => 'no answer')
    assert.match((await closed.until(/error.*forward.*/i))[0], /9999/)
  } finally {
    await Promise.all([forward.stop(), closed.stop()])
  }
  await k('delete', 'pod/web', 'service/web', '--now')
})

claim('kubectl explain, describe, auth and tokens', async (assert) => {
  const k = kubectl
  assert.match(await k('explain', 'service.spec.ports'), /nodePort[\s\S]*targetPort/)
  assert.match(await k('explain', 'pods', '--recursive'), /readinessProbe/)
  assert.match(await k('explain', 'deployment.spec.strategy.rollingUpdate'), /maxSurge[\s\S]*maxUnavailable/)
  assert.match(await k('explain', 'svc.spec.ports.targetPort'), /the name of a container port/)
  for (const path of [
    'svc.spec',
    'svc.spec.ports',
    'endpointslices',
    'pod.spec.containers.readinessProbe',
    'deploy.spec',
  ])
    assert.doesNotMatch(await k('explain', path), /<no description>|DESCRIPTION:\s*<empty>/, path)
  assert.match((await k.try('explain', 'service.spec.portz')).stderr, /field "portz" does not exist/)
  assert.match(await k('describe', 'node', 'node-1'), /^PodCIDR: +10\.244\.1\.0\/24$/m)
  await k.apply(box('box'))
  await k('wait', '--for=condition=Ready', 'pod/box', '--timeout=20s')
  const pod = await k('describe', 'pod', 'box')
  assert.match(pod, /^Status: +Running$/m)
  assert.match(pod, /Normal +Scheduled .*Successfully assigned default\/box to node-/)
  assert.match(pod, /Normal +Started /)
  assert.match(await k('get', 'events', '--sort-by=.metadata.creationTimestamp'), /pod\/box/)
  assert.equal((await k('auth', 'can-i', 'delete', 'nodes')).trim(), 'yes')
  if (k.minor >= 28) assert.match(await k('auth', 'whoami'), /kubernetes-admin/)
  assert.match(await k('top', 'nodes'), /\nnode-1 +\d+m /)
  if (k.minor >= 22) await k('debug', 'box', '--image=fairlead/host', '--', 'true')
  if (k.minor < 24) return
  await k('create', 'serviceaccount', 'robot')
  const token = (await k('create', 'token', 'robot', '--duration=10m')).trim()
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as {
    sub: string
    exp: number
    iat: number
  }
  assert.equal(claims.sub, 'system:serviceaccount:default:robot')
  assert.equal(claims.exp - claims.iat, 600)
  const curl = (bearer: string): Promise<string> =>
    cluster
      .onHost(
        'curl',
        '-sk',
        '-H',
        `Authorization: Bearer ${bearer}`,
        `${cluster.facts.server}/api/v1/namespaces/default/services`,
      )
      .then(({ stdout }) => (JSON.parse(stdout) as { kind: string; code?: number }).kind)
  assert.equal(await curl(token), 'Status', 'a ServiceAccount may nothing by itself')
  await k('create', 'role', 'lister', '--verb=list', '--resource=services')
  await k('create', 'rolebinding', 'robots', '--role=lister', '--serviceaccount=default:robot')
  assert.equal(await curl(token), 'ServiceList')
  const robot = '--as=system:serviceaccount:default:robot'
  assert.match(await k('auth', 'can-i', '--list', robot), /services +\[\] +\[\] +\[list\]/)
  assert.equal((await k.try('auth', 'can-i', 'delete', 'services', robot)).stdout.trim(), 'no')
  await k('delete', 'role/lister', 'rolebinding/robots')
  assert.equal(await curl(`${token}x`), 'Status', 'a token that was tampered with opens nothing')
  await k('delete', 'serviceaccount', 'robot')
})

claim('kubectl delete waits, forces, selects, and a namespace takes all it holds', async (assert) => {
  const k = kubectl
  const deaf = box('deaf')
    .replace('terminationGracePeriodSeconds: 1', 'terminationGracePeriodSeconds: 30')
    .replace('exec sleep', 'trap : TERM; while true; do sleep 0.1; done; sleep')
  await k('create', 'namespace', 'ending')
  const inside = kubectlOf(newest, () => cluster.kubeconfig, 'ending')
  await inside.apply(box('a') + box('b') + twoPorts('held'))
  await inside('create', 'configmap', 'held')
  await k.apply(deaf)
  await k('wait', '--for=condition=Ready', 'pod/deaf', '--timeout=20s')
  const started = Date.now()
  const forced = await k.try('delete', 'pod', 'deaf', '--grace-period=0', '--force')
  assert.match(forced.stdout, /pod "deaf" force deleted/)
  assert.ok(Date.now() - started < 20_000, 'at once, though it has 30 s')
  await inside('delete', 'pod', '-l', 'app=a', '--now')
  assert.equal(await inside('get', 'pods', '-o', 'name'), 'pod/b\n')
  assert.match(await k('delete', 'namespace', 'ending', '--timeout=30s'), /namespace "ending" deleted/)
  assert.match((await k.try('get', 'namespace', 'ending')).stderr, /namespaces "ending" not found/)
  assert.equal(
    await k('get', 'pods,services,configmaps', '-A', '--field-selector=metadata.namespace=ending', '-o', 'name'),
    '',
  )
  assert.match((await inside.try('create', 'configmap', 'late')).stderr, /namespaces "ending" not found/)
  assert.match((await k.try('delete', 'pod', 'deaf')).stderr, /pods "deaf" not found/)
  assert.equal((await k.try('delete', 'pod', 'deaf', '--ignore-not-found')).status, 0)
})

claim('kubectl drain empties a node, and what was on it runs elsewhere', async (assert) => {
  for (const binary of new Set([binaries[0]!, newest])) {
    const k = kubectlOf(binary, () => cluster.kubeconfig, 'default')
    await k.apply(`${deployment('moved', { replicas: 2 })}---\n${box('alone')}`)
    await k('rollout', 'status', 'deployment/moved', '--timeout=20s')
    const node = await k('get', 'pods', '-l', 'app=moved', '-o', 'jsonpath={.items[0].spec.nodeName}')
    const there = async (): Promise<string> =>
      k('get', 'pods', '-A', `--field-selector=spec.nodeName=${node}`, '-o', 'jsonpath={.items[*].metadata.name}')
    const drained = await k('drain', node, '--force', '--ignore-daemonsets', '--timeout=30s')
    assert.match(drained, /pod\/moved-\S+ evicted/)
    assert.equal(await there(), '')
    assert.match(await k('get', 'node', node), /Ready,SchedulingDisabled/)
    await k('rollout', 'status', 'deployment/moved', '--timeout=20s')
    await k('uncordon', node)
    await k('delete', 'deployment/moved', 'pod/alone', '--ignore-not-found', '--now', '--cascade=foreground')
  }
})
