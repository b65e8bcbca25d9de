import { dirname } from 'node:path'
import { suite } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import { answerFaults } from '#explain/testing/answer-schema.ts'
import { type Told, told, type WithCommand, type WithWords } from '#explain/testing/told.ts'
import type { Answer } from '#explain/trace/answer.ts'
import { print } from '#explain/words/print.ts'
import { CLIENT } from './echo.ts'
import { type Assert, eventually, FAIRLEAD, type Outcome, run, withCluster } from './harness.ts'

interface PodOptions {
  readonly replicas?: number
  readonly node?: string
  readonly image?: string
  readonly args?: readonly string[]
  readonly port?: string
  readonly probe?: string
  readonly extra?: string
  readonly podExtra?: string
  readonly namespace?: string
}

export const deployment = (name: string, options: PodOptions = {}): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${options.namespace ?? 'default'}}
spec:
  replicas: ${options.replicas ?? 1}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 20
      ${options.node ? `nodeSelector: {kubernetes.io/hostname: ${options.node}}` : ''}
      ${options.podExtra ?? ''}
      containers:
      - name: web
        image: ${options.image ?? 'fairlead/echo'}
        args: ${JSON.stringify(options.args ?? ['--delay-shutdown=0'])}
        ports: [${options.port ?? '{name: http, containerPort: 8080}'}]
        readinessProbe: ${options.probe ?? '{httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 1}'}
        ${options.extra ?? ''}
---
`
export const service = (name: string, spec: string, namespace = 'default'): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec:
${spec.replace(/^/gm, '  ')}
---
`
export const usual = (name: string): string => `selector: {app: ${name}}\nports: [{port: 80, targetPort: 8080}]`

interface Case {
  readonly from?: string
  /** As it stands behind --to. */
  readonly to: string
  readonly flags?: readonly string[]
  readonly reason: string
  readonly message?: RegExp
  /** The cure to apply: the first of this kind. */
  readonly cure?: 'run' | 'ask'
  /** A real connection; it fails before the cure and is answered after it. `to`: what an `ask` cure says to ask. */
  readonly probe: (to: string) => Promise<boolean>
}

/** A claim waits most of its time: for probes, for silence, for a rollout. */
const AT_ONCE = 4

/** Claims that leave each other's objects and the nodes alone, several at a time. */
export const together = (claims: () => void): void => {
  suite('several at a time', { concurrency: AT_ONCE }, claims)
}

/** A cluster to ask `fairlead explain` about, and what its tests do with it. */
export const withExplained = (name: string) => {
  const cluster = withCluster(name)
  const { kubectl } = cluster

  /** As a person's shell has it: `fairlead` and `kubectl` by name, and this cluster's kubeconfig. */
  const environment = (): NodeJS.ProcessEnv => ({
    KUBECONFIG: cluster.kubeconfig,
    HOME: dirname(cluster.kubeconfig),
    PATH: `${dirname(FAIRLEAD)}:${process.env.PATH}`,
  })
  const shell = (command: string): Promise<Outcome> => run('sh', ['-c', command], { env: environment() })
  const explained = (...args: readonly string[]): Promise<Outcome> =>
    run(FAIRLEAD, ['explain', '--name', cluster.name, ...args], { env: environment() })

  const ask = async (...args: readonly string[]): Promise<{ readonly status: number; readonly explanation: Told }> => {
    const { status, stdout, stderr } = await explained(...args, '-o', 'json')
    if (stdout === '') throw new Error(stderr)
    const answer = JSON.parse(stdout) as Answer
    const faults = answerFaults(answer)
    if (faults.length > 0) throw new Error(`not as docs/explain.schema.json says: ${faults.join(', ')}`)
    return { status, explanation: told(answer) }
  }

  /** kubectl writes to a subresource from 1.24 on; Debian 12 has 1.20. */
  const isRunnable = async ({ command }: WithCommand): Promise<boolean> => {
    if (!command.includes('--subresource')) return true
    const { clientVersion } = JSON.parse(await kubectl('version', '--client', '-o', 'json')) as {
      clientVersion: { minor: string }
    }
    return Number.parseInt(clientVersion.minor, 10) >= 24
  }
  const rolledOut = (name: string): Promise<string> =>
    kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s')
  const get = (name: string): Promise<Service> => cluster.json<Service>('get', 'service', name)
  const nodeAddress = (index: number): string => cluster.facts.nodes[index]!.addresses[0]

  let clientMade: Promise<unknown> | undefined
  const client = (): Promise<unknown> => {
    clientMade ??= kubectl
      .apply(CLIENT)
      .then(() => kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s'))
    return clientMade
  }
  const fromClient = async (to: string): Promise<boolean> =>
    (await cluster.inPod('client', 'curl', '-gfsm2', `http://${to}/hostname`)).status === 0
  const fromHost = async (to: string): Promise<boolean> =>
    (await cluster.onHost('curl', '-gfsm2', `http://${to}/hostname`)).status === 0

  /**
   * The whole proof of one reason: it is not answered, the reason is named, its cure applied as printed, and it is
   * answered.
   */
  const prove = async (
    assert: Assert,
    { from = 'pod/client', to, flags = [], reason, message, cure = 'run', probe }: Case,
  ): Promise<WithWords> => {
    const args = ['--from', from, '--to', to, ...flags]
    const { status, finding, explanation } = await eventually(`${to}: ${reason}, with a cure`, async () => {
      const { status, explanation } = await ask(...args)
      const finding = explanation.findings.find(
        (one) => one.reason === reason && one.cures.some(({ kind }) => kind === cure),
      )
      if (finding === undefined) throw new Error(JSON.stringify(explanation.findings))
      return { status, finding, explanation }
    })
    assert.equal(status, 1)
    assert.equal(await probe(to), false, 'nothing answers before the cure')
    if (message) assert.match(finding.message, message)
    const chosen = finding.cures.find(({ kind }) => kind === cure) as WithCommand
    const text = print(explanation.trace)
    assert.ok(text.includes(`\n          ${chosen.command}\n`), `the cure is printed as it stands:\n${text}`)
    if (!(await isRunnable(chosen))) return finding
    const applied = await shell(chosen.command)
    assert.equal(applied.status, 0, `${chosen.command}: ${applied.stderr}${applied.stdout}`)
    await eventually(`an answer after: ${chosen.command}`, () => probe(chosen.question?.to ?? to))
    if (chosen.kind === 'run')
      await eventually(`explain agrees after: ${chosen.command}`, async () => (await ask(...args)).status === 0)
    return finding
  }

  return { cluster, kubectl, shell, explained, ask, rolledOut, get, nodeAddress, client, fromClient, fromHost, prove }
}
