import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import { deployment, service } from './echo.ts'
import { claim, eventually, FAIRLEAD, type Outcome, run, withCluster } from './harness.ts'
import { inNewerWords } from './kubectl-words.ts'
import { traces } from './traces.ts'

const cluster = withCluster('bad-input', ['--nodes', '1'])
const FIXTURES = join(import.meta.dirname, 'fixtures')
const applyText = (yaml: string, ...args: readonly string[]): Promise<Outcome> =>
  run('kubectl', ['apply', '-f', '-', ...args], { env: { KUBECONFIG: cluster.kubeconfig }, input: yaml })
const flat = (fields: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {selector: {app: web}, ${fields}}\n`

claim('the notes’ broken manifests are refused with the field or the line that is wrong', async (assert) => {
  for (const [file, why] of [
    ['notes-tabs', /yaml: line 4: found character that cannot start any token/],
    ['notes-api-version', /no matches for kind "Service" in version "vl"/],
    ['notes-indentation', /yaml: line 9: mapping values are not allowed in this context/],
    ['notes-selector-in-ports', /unknown field "spec\.ports\[0\]\.selector"/],
    ['notes-match-labels', /cannot unmarshal object into Go struct field ServiceSpec\.spec\.selector of type string/],
    ['service-without-port', /spec\.ports\[0\]\.port: (Required|Invalid) value/],
  ] as const) {
    const { status, stderr } = await cluster.kubectl.try('apply', '-f', join(FIXTURES, `${file}.yaml`))
    assert.equal(status, 1, `${file} is refused`)
    assert.match(inNewerWords(stderr), why)
  }
  assert.equal((await cluster.kubectl.try('get', 'service', 'myapp-service')).status, 1, 'none of it was stored')
})

claim('a NodePort out of range or taken is refused, with the field and why', async (assert) => {
  const out = await applyText(flat('type: NodePort, ports: [{port: 80, nodePort: 80}]'))
  assert.equal(out.status, 1)
  assert.match(
    out.stderr,
    /spec\.ports\[0\]\.nodePort: Invalid value: 80: provided port is not in the valid range\. The range of valid ports is 30000-32767/,
  )
  await cluster.kubectl.apply(service('first', 'type: NodePort\nports: [{port: 80, nodePort: 30008}]', 'web'))
  const taken = await applyText(flat('type: NodePort, ports: [{port: 80, nodePort: 30008}]'))
  assert.equal(taken.status, 1)
  assert.match(taken.stderr, /spec\.ports\[0\]\.nodePort: Invalid value: 30008: provided port is already allocated/)
  assert.equal((await cluster.kubectl.try('get', 'service', 'bad')).status, 1)
  await cluster.kubectl('delete', 'service', 'first')
  assert.equal((await applyText(flat('type: NodePort, ports: [{port: 80, nodePort: 30008}]'))).status, 0, 'free again')
  await cluster.kubectl('delete', 'service', 'bad')
})

claim('a ClusterIP out of range, taken or misspelt is refused, with the field and why', async (assert) => {
  await cluster.kubectl.apply(service('first', 'clusterIP: 10.96.0.77\nports: [{port: 80}]', 'web'))
  for (const [address, why] of [
    [
      '10.1.2.3',
      /spec\.clusterIPs: Invalid value: \["10\.1\.2\.3"\]: .*the provided network does not match the current range/,
    ],
    ['10.96.0.77', /spec\.clusterIPs: Invalid value: \["10\.96\.0\.77"\]: .*provided IP is already allocated/],
    ['10.96.0.1', /spec\.clusterIPs: Invalid value: \["10\.96\.0\.1"\]: .*provided IP is already allocated/],
    ['10.96.0.300', /spec\.clusterIPs\[0\]: Invalid value: "10\.96\.0\.300": must be a valid IP address/],
  ] as const) {
    const { status, stderr } = await applyText(flat(`clusterIP: ${address}, ports: [{port: 80}]`))
    assert.equal(status, 1, address)
    assert.match(inNewerWords(stderr), why)
  }
})

claim(
  'malformed manifests, misspelt fields and Services without ports are refused, and nothing of them is stored',
  async (assert) => {
    for (const [yaml, why] of [
      ['apiVersion: v1\nkind: Service\nmetadata: {name: bad\n', /yaml: line \d/],
      ['kind: Service\nmetadata: {name: bad}\n', /apiVersion not set/],
      ['apiVersion: v1\nkind: Servise\nmetadata: {name: bad}\n', /no matches for kind "Servise" in version "v1"/],
      [flat('port: [{port: 80}]'), /unknown field "spec\.port"/],
      [flat('ports: [{port: 80, targetport: 8080}]'), /unknown field "spec\.ports\[0\]\.targetport"/],
      [flat('ports: []'), /spec\.ports: Required value/],
      [flat('type: NodePort'), /spec\.ports: Required value/],
      [flat('ports: [{port: 0}]'), /spec\.ports\[0\]\.port: Invalid value: 0: must be between 1 and 65535/],
      [flat('ports: [{port: 80}, {port: 81}]'), /spec\.ports\[0\]\.name: Required value/],
      [flat('ports: [{port: eighty}]'), /spec\.ports.*int32/],
      [
        flat('type: Nodeport, ports: [{port: 80}]'),
        /spec\.type: Unsupported value: "Nodeport": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"/,
      ],
      [flat('ports: [{port: 80}]').replace('name: bad', 'name: Bad_Name'), /metadata\.name: Invalid value: "Bad_Name"/],
      [deployment('bad').replace('image:', 'imge:'), /unknown field "spec\.template\.spec\.containers\[0\]\.imge"/],
      [
        deployment('bad').replace('matchLabels: {app: bad}', 'matchLabels: {app: other}'),
        /spec\.template\.metadata\.labels: Invalid value: .*`selector` does not match template `labels`/,
      ],
    ] as const) {
      const { status, stderr } = await applyText(yaml)
      assert.equal(status, 1, `${yaml} is refused`)
      assert.match(inNewerWords(stderr), why)
    }
    assert.equal((await cluster.kubectl('get', 'services,deployments', '-o', 'name')).includes('bad'), false)
  },
)

claim('an unknown image is shown as the pod’s state and in an Event that says what there is', async (assert) => {
  await cluster.kubectl.apply(
    'apiVersion: v1\nkind: Pod\nmetadata: {name: unknown-image}\nspec: {containers: [{name: web, image: "nginx:1.27"}]}\n',
  )
  const reason = await eventually('the kubelet has tried', async () => {
    const { status } = await cluster.json<Pod>('get', 'pod', 'unknown-image')
    const { reason: why = '' } = status?.containerStatuses?.[0]?.state?.waiting ?? {}
    // While its network is made it waits for that.
    return why !== 'ContainerCreating' && why
  })
  assert.match(reason, /^(ErrImagePull|ImagePullBackOff)$/)
  const described = await eventually('the Event', async () => {
    const text = await cluster.kubectl('describe', 'pod', 'unknown-image')
    return text.includes('Failed to pull') && text
  })
  assert.match(described, /Failed to pull image "nginx:1\.27": .*fairlead\/echo, fairlead\/gateway, fairlead\/host/)
})

claim('a selector that matches nothing is accepted: no endpoints, and a connection is refused', async (assert) => {
  const { stdout, status } = await applyText(
    service('matches-nothing', 'type: NodePort\nports: [{port: 80, nodePort: 30009}]', 'nobody'),
  )
  assert.equal(status, 0, stdout)
  assert.match(await cluster.kubectl('get', 'endpoints', 'matches-nothing'), /matches-nothing\s+<none>/)
  const [node] = cluster.facts.nodes
  await eventually('it is refused at once', async () => {
    const refused = await cluster.onHost('curl', '-sm2', `http://${node!.addresses[0]}:30009/`)
    return refused.status === 7
  })
  const { clusterIP } = (await cluster.json<{ spec: { clusterIP: string } }>('get', 'service', 'matches-nothing')).spec
  assert.equal((await cluster.onNode(node!.name, 'curl', '-sm2', `http://${clusterIP}/`)).status, 7)
})

claim(
  'bad flags, names and verbs are refused with the way out, before anything is made',
  async (assert) => {
    // For a second the kernel asks whether somebody else has the addresses of a new link.
    await eventually(
      'its addresses stand',
      async () => !(await run('ip', ['-6', 'address', 'show', 'tentative'])).stdout,
    )
    const before = await traces()
    for (const [words, status, why] of [
      [['up', '--bogus'], 2, /up: there is no flag --bogus\n {2}fairlead help up/],
      [['up', 'extra', 'more'], 2, /up: 'more' is not understood; it takes at most one NAME/],
      [['up', '--name'], 2, /up: Option '--name <value>' argument missing/],
      [['up', '--load-balancer', 'some'], 2, /--load-balancer is some, but may be: pool, none/],
      [['up', '-o', 'yaml'], 2, /--output is yaml, but may be: json/],
      [['up', '--nodes', 'three'], 2, /--nodes is 'three', but must be a number/],
      [['up', '--name', 'other', '--nodes', '0'], 2, /--nodes 0: a cluster has 1 to 250 nodes\n.*--nodes 3/],
      [['up', '--name', 'other', '--nodes', '251'], 2, /--nodes 251: a cluster has 1 to 250 nodes/],
      [['up', '--name', 'No_Name'], 2, /'No_Name' cannot name a cluster\n.*lower-case/],
      [['up', '--name', '../other'], 2, /cannot name a cluster/],
      [['down', '--name', '../other'], 2, /cannot name a cluster/],
      [
        ['up', '--name', 'other', '--cluster-cidr', '10.0.0.0/8,10.1.0.0/16'],
        2,
        /--cluster-cidr \S+: must be an IPv4 and an IPv6 range/,
      ],
      [
        ['up', '--name', 'other', '--service-cidr', '10.99.0.1/16,fd00:99::/112'],
        2,
        /--service-cidr .*without host bits/,
      ],
      [
        ['up', '--name', 'other', '--cluster-dns', '10.1.1.1,fd00:10:96::a'],
        2,
        /--cluster-dns .*lies in no range that is chosen by itself\n.*--service-cidr/,
      ],
      [
        ['up', '--name', 'other', '--node-port-range', '40000-30000'],
        2,
        /--node-port-range 40000-30000: must be FROM-TO/,
      ],
      [
        ['up', '--name', 'other', '--cluster-cidr', '10.244.0.0/16,fd00:1::/56'],
        1,
        /collides with 10\.244\.0\.0\/16 of cluster bad-input/,
      ],
      [['up', '--name', 'bad-input'], 1, /a cluster named bad-input is running\n.*fairlead down bad-input/],
      [['status', '--name', 'other'], 1, /there is no cluster named other\n.*fairlead list/],
      [['logs', '--name', 'other'], 1, /there is no cluster named other/],
      [['kubeconfig', '--name', 'other'], 1, /there is no cluster named other/],
      [['down', '--name', 'other'], 1, /there is no cluster named other/],
      [['completion', 'tcsh'], 2, /'tcsh' is not understood; it takes one of: bash, zsh, fish/],
      [['start'], 2, /there is no verb 'start'; did you mean status\?\n.*up, down, stop, list/],
      [['help', 'start'], 2, /there is no verb 'start'/],
      // Wrong whatever the machine has: said before a cluster of the same name or range is looked at, and without root.
      [['up', '--name', 'bad-input', '--nodes', '0'], 2, /--nodes 0/],
      [['up', '--name', 'bad-input', '--cluster-cidr', '127.0.0.0/16,fd00:1::/56'], 2, /holds loopback addresses/],
      [
        [
          'up',
          '--name',
          'other',
          '--service-cidr',
          '10.9.0.0/16,fd00:9::/112',
          '--node-cidr',
          '10.9.0.0/16,fd00:8::/64',
        ],
        2,
        /--node-cidr \S+: overlaps --service-cidr 10\.9\.0\.0\/16/,
      ],
      [
        ['up', '--name', 'other', '--cluster-dns', '10.96.0.10,fd00:10:96::a'],
        1,
        /--cluster-dns \S+ lies in \S+, which collides with 10\.96\.0\.0\/16 of cluster bad-input\n.*leave --cluster-dns out/,
      ],
      [['up', '--name', 'other', '--kubeconfig', ''], 2, /up: --kubeconfig is empty\n/],
      [['status', '--name', 'No_Name'], 2, /cannot name a cluster/],
      [['explain', '--name', 'No_Name', '--to', 'svc/web'], 2, /cannot name a cluster/],
      [['logs', '--name', 'other', '--tail', 'x'], 2, /--tail is 'x'/],
    ] as const) {
      const outcome = await run(FAIRLEAD, words, { env: { KUBECONFIG: cluster.kubeconfig } })
      assert.equal(outcome.status, status, `${words.join(' ')}: ${outcome.stderr}`)
      assert.match(outcome.stderr, why)
      assert.equal(outcome.stdout, '')
    }
    for (const words of [['help', 'help'], ['-h', '-h'], ['help', '--help'], ['--help']]) {
      const outcome = await run(FAIRLEAD, words)
      assert.deepEqual([outcome.status, outcome.stderr], [0, ''], words.join(' '))
      assert.match(outcome.stdout, /^Usage: fairlead VERB/m)
    }
    assert.deepEqual(await traces(), before)
  },
  { timeout: 120_000 },
)

claim('without root, or without a package, up says what is needed and the command that brings it', async (assert) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-path-'))
  try {
    const user = await run('setpriv', [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      // The checkout may lie where only root reads, as in /root, or be root's alone, by its umask.
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      FAIRLEAD,
      'up',
      '--name',
      'other',
    ])
    assert.equal(user.status, 1, user.stderr)
    assert.match(user.stderr, /needs root: it makes network namespaces, nftables rules and containers\n.*sudo/)
    // All that the launcher needs, and conmon; but no runc.
    const programs = join(folder, 'bin')
    mkdirSync(programs)
    for (const program of ['sh', 'readlink', 'dirname', 'find', 'conmon', 'ip'])
      symlinkSync((await run('sh', ['-c', `command -v ${program}`])).stdout.trim(), join(programs, program))
    // Nor in the folders that are looked into whatever PATH says.
    const without = 'for folder in /usr/local/sbin /usr/sbin; do mount -t tmpfs none $folder; done; exec "$@"'
    const missing = await run('unshare', [
      '--mount',
      'sh',
      '-c',
      without,
      'sh',
      'env',
      `PATH=${programs}`,
      FAIRLEAD,
      'up',
      '--name',
      'other',
    ])
    assert.equal(missing.status, 1, missing.stderr)
    assert.match(missing.stderr, /not installed: runc\n.*apt-get install --no-install-recommends runc/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
