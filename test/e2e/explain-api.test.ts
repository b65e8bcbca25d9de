import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { answerFaults } from '#explain/testing/answer-schema.ts'
import { type Told, told } from '#explain/testing/told.ts'
import type { Answer } from '#explain/trace/answer.ts'
import { deployment, service, usual, withExplained } from './explaining.ts'
import { claim, eventually, FAIRLEAD, run } from './harness.ts'

const { cluster, kubectl, ask, rolledOut, nodeAddress, client, fromClient, fromHost } = withExplained('api')
const folder = mkdtempSync(join(tmpdir(), 'fairlead-api-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The cluster by a name that no cluster of this machine has: as on another, where nothing is found but a kubeconfig. */
const elsewhere = async (): Promise<string> => {
  const path = join(folder, 'elsewhere')
  const text = await kubectl('config', 'view', '--raw', '--flatten')
  writeFileSync(path, text.replaceAll(`fairlead-${cluster.name}`, 'elsewhere'), { mode: 0o600 })
  return path
}
const outside = (kubeconfig: string, ...args: readonly string[]) =>
  run(FAIRLEAD, ['explain', '--kubeconfig', kubeconfig, ...args], {
    env: { FAIRLEAD_STATE: join(folder, 'state'), HOME: folder },
  })
const byApi = async (...args: readonly string[]): Promise<{ readonly status: number; readonly explanation: Told }> => {
  const { status, stdout, stderr } = await outside(await elsewhere(), ...args, '-o', 'json')
  if (stdout === '') throw new Error(stderr)
  const answer = JSON.parse(stdout) as Answer
  const faults = answerFaults(answer)
  if (faults.length > 0) throw new Error(`not as docs/explain.schema.json says: ${faults.join(', ')}`)
  return { status, explanation: told(answer) }
}

claim(
  'by a kubeconfig alone explain comes to the same as with all that a machine knows of its own cluster',
  async (assert) => {
    await client()
    await kubectl.apply(
      deployment('web', { replicas: 3 }) +
        deployment('lone', { node: 'node-2' }) +
        service(
          'web',
          'type: NodePort\nipFamilyPolicy: RequireDualStack\nselector: {app: web}\nports: [{port: 80, targetPort: 8080, nodePort: 30070}]',
        ) +
        service(
          'lone',
          'type: NodePort\nexternalTrafficPolicy: Local\ninternalTrafficPolicy: Local\nselector: {app: lone}\nports: [{port: 80, targetPort: 8080, nodePort: 30071}]',
        ) +
        service('none', 'selector: {app: wbe}\nports: [{port: 80, targetPort: 8080}]'),
    )
    await rolledOut('web')
    await rolledOut('lone')
    const cases: readonly (readonly string[])[] = [
      ['pod/client', 'svc/web'],
      ['pod/client', 'svc/web', '--family', '6'],
      ['pod/client', 'web.default.svc.cluster.local:80'],
      ['node/node-3', 'svc/web'],
      ['pod/client', `${nodeAddress(2)}:30070`],
      ['pod/client', 'svc/lone'],
      ['pod/client', `${nodeAddress(0)}:30071`],
      ['203.0.113.9', `${nodeAddress(0)}:30071`],
      ['203.0.113.9', `${nodeAddress(1)}:30071`],
      ['pod/client', 'svc/none'],
      ['pod/client', 'svc/web:81'],
      ['pod/client', 'svc/wbe'],
      ['pod/client', `${nodeAddress(1)}:30072`],
    ]
    for (const [from = '', to = '', ...flags] of cases) {
      const args = ['--from', from, '--to', to, ...flags]
      const [own, foreign] = await Promise.all([ask(...args), byApi(...args)])
      const text = args.join(' ')
      assert.equal(foreign.status, own.status, text)
      const seen = ({ outcomes }: Told) =>
        outcomes.map(({ node, verdict, backend, masqueraded, sourceSeen }) => ({
          node,
          verdict,
          backend,
          masqueraded,
          sourceSeen,
        }))
      assert.deepEqual(seen(foreign.explanation), seen(own.explanation), text)
      assert.deepEqual(foreign.explanation.candidates, own.explanation.candidates, text)
      assert.deepEqual(
        foreign.explanation.findings.map(({ reason }) => reason),
        own.explanation.findings.map(({ reason }) => reason),
        text,
      )
      assert.equal(foreign.explanation.unseen.length > 0, true)
      assert.equal(own.explanation.unseen.length, 0)
    }
  },
  { timeout: 180_000 },
)

claim('by a kubeconfig alone: a cure has its flags, and applied as it stands it mends', async (assert) => {
  await client()
  await kubectl.apply(deployment('far') + service('far', 'selector: {app: fra}\nports: [{port: 80, targetPort: 8080}]'))
  await rolledOut('far')
  const { status, explanation } = await byApi('--from', 'pod/client', '--to', 'svc/far')
  assert.equal(status, 1)
  const { command } = explanation.findings[0]!.cures[0]!
  assert.equal(
    command.startsWith(`kubectl --kubeconfig ${join(folder, 'elsewhere')} patch service far `),
    true,
    command,
  )
  assert.equal(await fromClient('far'), false)
  assert.equal((await run('sh', ['-c', command], { env: { HOME: folder } })).status, 0)
  await eventually('an answer', () => fromClient('far'))
  assert.equal((await byApi('--from', 'pod/client', '--to', 'svc/far')).status, 0)
})

claim('by a kubeconfig alone: what only a machine knows of its own cluster is said, or refused', async (assert) => {
  await client()
  await kubectl.apply(
    deployment('seen') +
      service('seen', usual('seen')) +
      service('shut', 'selector: {app: seen}\nports: [{port: 80, targetPort: 9999}]'),
  )
  await rolledOut('seen')
  const { stdout, status } = await outside(await elsewhere(), '--from', 'pod/client', '--to', 'svc/shut')
  assert.equal(status, 0, 'whether a program listens is not held against it')
  assert.match(
    stdout,
    /REACHABLE, by the model, as far as can be seen: .*whether a program listens there is not known; no kernel was asked/,
  )
  assert.match(stdout, /declared by no container, which declare 8080 \(http\)/)
  assert.match(
    stdout,
    /NOT SEEN from here\n {2}only the API of https:\/\/127\.0\.0\.1:\d+ was asked: this is what kube-proxy’s contract says/,
  )
  const unassigned = await outside(
    await elsewhere(),
    '--from',
    'pod/client',
    '--to',
    '10.96.255.250:80',
    '--service-cidr',
    '10.96.0.0/16',
  )
  assert.match(unassigned.stdout, /\[cluster-ip-unassigned\]/)
  const live = await outside(await elsewhere(), '--from', 'pod/client', '--to', 'svc/seen', '--live')
  assert.equal(live.status, 2)
  assert.match(live.stderr, /--live sends from the namespaces of this machine/)
  const host = await outside(await elsewhere(), '--to', 'svc/seen')
  assert.match(host.stderr, /no host that stands beside its nodes\n {2}say who sends/)
  assert.equal(await fromHost(`${nodeAddress(0)}:1`), false)
})

claim('a kubeconfig that cannot be used says why: a program to ask, nobody known, nobody there', async (assert) => {
  const text = readFileSync(await elsewhere(), 'utf8')
  const write = (name: string, edit: (text: string) => string): string => {
    const path = join(folder, name)
    writeFileSync(path, edit(text))
    return path
  }
  const credentials = / {4}client-certificate-data: .*\n {4}client-key-data: .*\n/
  assert.match(text, credentials)
  const question = ['--from', 'pod/client', '--to', 'svc/kubernetes']
  const program = await outside(
    write('exec', (all) =>
      all.replace(
        credentials,
        '    exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-program, interactiveMode: Never}\n',
      ),
    ),
    ...question,
  )
  assert.equal(program.status, 3)
  assert.match(program.stderr, /no-such-program/)
  const weak = await outside(
    write('weak', (all) => all.replace(credentials, '    {}\n')),
    ...question,
  )
  assert.equal(weak.status, 3)
  assert.match(weak.stderr, /refused user .*forbidden.*[\s\S]*explain reads nodes, pods, services and endpointslices/)
  const nobody = await outside(
    write('nobody', (all) => all.replace(/server: .*/, 'server: https://127.0.0.1:1')),
    ...question,
  )
  assert.equal(nobody.status, 3)
  assert.match(nobody.stderr, /127\.0\.0\.1:1/)
})

claim('a kubeconfig of a cluster of this machine means that one, with all that is known of it', async (assert) => {
  await client()
  const { stdout, status } = await run(FAIRLEAD, [
    'explain',
    '--kubeconfig',
    cluster.kubeconfig,
    '--from',
    'pod/client',
    '--to',
    'svc/kubernetes',
  ])
  assert.equal(status, 0)
  assert.match(
    stdout,
    /172\.30\.0\.1 is the host, over the fabric; a program of its own listens on 6443\/TCP: delivered/,
  )
  assert.doesNotMatch(stdout, /NOT SEEN/)
})
