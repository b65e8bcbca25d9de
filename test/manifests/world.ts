import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { before, type TestContext, test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { eventually, FAIRLEAD, type Outcome, run, withCluster } from '../e2e/harness.ts'
import { makeImages } from './images/images.ts'

type Cluster = ReturnType<typeof withCluster>

/** A manifest that was applied, in a namespace of its own, and what is asked of it there. */
interface Applied {
  readonly namespace: string
  /** `kubectl -n NAMESPACE …`; must succeed. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>
  readonly try: (...args: readonly string[]) => Promise<Outcome>
  readonly json: <T>(...args: readonly string[]) => Promise<T>
  /** What a program in a pod (`POD`, `deploy/NAME`, or with `-c CONTAINER` behind it) says, without its last newline. */
  readonly inPod: (pod: string, ...command: readonly string[]) => Promise<string>
  /** Every Deployment, StatefulSet and DaemonSet of it has all of its pods ready. */
  readonly rolledOut: () => Promise<void>
  /**
   * That, and the ports of pods without a readinessProbe are open: such a pod, as most tutorials have it, is ready before its
   * program listens.
   */
  readonly allReady: () => Promise<void>
  /** The address that a Service of type LoadBalancer has from the pool. */
  readonly externalAddress: (service: string) => Promise<string>
  /** The number at every node where a Service is to be had. */
  readonly nodePort: (service: string, port?: string) => Promise<number>
}

export interface World {
  readonly cluster: Cluster
  /** The address of each node in the first family, in their order. */
  readonly nodeAddresses: () => readonly string[]
  /** A test of one manifest: it is applied unchanged, and nothing of it is left for the next one to bear. */
  readonly manifest: (
    file: string,
    name: string,
    body: (applied: Applied, context: TestContext) => Promise<void>,
  ) => void
}

/** A cluster that has the images which the manifests name, and no registry within reach. */
export const withWorld = (name: string): World => {
  const cluster = withCluster(name)
  let missing: ReadonlyMap<string, string> = new Map()
  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-images-'))
    try {
      const made = makeImages(folder)
      missing = made.missing
      const { status, stderr } = await run(FAIRLEAD, ['image', 'load', '--quiet', made.archive])
      assert.equal(status, 0, stderr)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  return {
    cluster,
    nodeAddresses: () => cluster.facts.nodes.map(({ addresses }) => addresses[0]),
    manifest: (file, title, body) =>
      test(title, { timeout: 120_000 }, async (context) => {
        const path = join(import.meta.dirname, file)
        const text = readFileSync(path, 'utf8')
        const lacking = imagesOf(text).find((image) => missing.has(image))
        if (lacking !== undefined) return context.skip(`no image ${lacking}: ${missing.get(lacking)}`)
        // What a manifest says of its own namespace, it says.
        const namespace = /^ {2}namespace: (\S+)$/m.exec(text)?.[1] ?? basename(file, '.yaml')
        if (namespace !== 'default') {
          const { stderr } = await cluster.kubectl.try('create', 'namespace', namespace)
          assert.match(stderr, /^(?:.* already exists\n)?$/)
        }
        const applied = appliedIn(cluster, namespace)
        await applied.kubectl('apply', '-f', path)
        try {
          await body(applied, context)
        } catch (error) {
          context.diagnostic(await applied.kubectl('get', 'pods,events'))
          throw error
        } finally {
          await cluster.kubectl('delete', '-n', namespace, '-f', path, '--wait=false', '--ignore-not-found')
        }
      }),
  }
}

/** The images that a manifest names, with the tag that is meant without one. */
const imagesOf = (manifest: string): readonly string[] =>
  [...manifest.matchAll(/\bimage: "?(?:docker\.io\/(?:library\/)?)?([^\s"]+)/g)].map(([, image = '']) =>
    /:[^/]*$/.test(image) ? image : `${image}:latest`,
  )

const appliedIn = (cluster: Cluster, namespace: string): Applied => {
  const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl('-n', namespace, ...args)
  const json = <T>(...args: readonly string[]): Promise<T> => cluster.json<T>('-n', namespace, ...args)
  const names = async (kind: string): Promise<readonly string[]> =>
    (await kubectl('get', kind, '-o', 'name')).split('\n').filter(Boolean)
  const rolledOut = async (): Promise<void> => {
    for (const kind of ['deployments', 'statefulsets', 'daemonsets'])
      for (const one of await names(kind)) await kubectl('rollout', 'status', one, '--timeout=60s')
  }
  return {
    namespace,
    kubectl,
    json,
    try: (...args) => cluster.kubectl.try('-n', namespace, ...args),
    inPod: async (pod, ...command) => {
      const [target = '', ...more] = pod.split(' ')
      return (await kubectl('exec', target, ...more, '--', ...command)).trim()
    },
    rolledOut,
    allReady: async () => {
      await rolledOut()
      const { items } = await json<{ items: Pod[] }>('get', 'pods')
      const ports = items.filter(({ metadata }) => !metadata?.deletionTimestamp).flatMap(openPortsOf)
      await Promise.all(
        ports.map(([address, port]) => eventually(`${address}:${port} is open`, () => isOpen(address, port), 60_000)),
      )
    },
    externalAddress: (service) =>
      eventually('an address from the pool', () =>
        kubectl('get', 'service', service, '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}'),
      ),
    nodePort: async (service, port) => {
      const which = port === undefined ? '[0]' : `[?(@.name=="${port}")]`
      return Number(await kubectl('get', 'service', service, '-o', `jsonpath={.spec.ports${which}.nodePort}`))
    },
  }
}

/** Addresses and TCP ports where the pod of a controller should answer, though nothing says when it does. */
const openPortsOf = ({ metadata, spec, status }: Pod): readonly (readonly [string, number])[] =>
  metadata?.ownerReferences?.some(({ kind }) => kind !== 'Job') && status?.podIP
    ? (spec?.containers ?? [])
        .flatMap(({ readinessProbe, ports }) => (readinessProbe ? [] : (ports ?? [])))
        .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
        .map(({ containerPort }) => [status.podIP!, containerPort!] as const)
    : []

/** Whether a TCP connection from outside of the cluster comes about, within 3 s. */
export const isOpen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3_000 })
    const end = (open: boolean) => () => {
      socket.destroy()
      resolve(open)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })

/** Sends a form, as a browser does. */
export const post = async (url: string, fields: Readonly<Record<string, string>>): Promise<string> =>
  (await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })).text()
