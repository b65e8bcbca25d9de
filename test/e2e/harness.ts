import nodeAssert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

if (process.env.FAIRLEAD_ISOLATED !== '1') throw new Error('a test that sends traffic runs under script/isolated')

const top = join(import.meta.dirname, '..', '..')
export const FAIRLEAD = join(top, 'bin', 'fairlead')
export const EXAMPLES = join(top, 'examples')

export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end; a status other than 0 is an outcome, not an error. */
export const run = (
  program: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv; readonly timeoutMs?: number } = {},
): Promise<Outcome> =>
  new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { env: { ...process.env, ...options.env }, timeout: options.timeoutMs ?? 60_000, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        const { code } = (error ?? { code: 0 }) as { code?: number | string }
        resolve({ status: typeof code === 'number' ? code : 1, stdout, stderr })
      },
    )
    // A program that ends without reading its input is no fault of ours.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
  })

/** The strict assertions that tests use here, without the narrowing that would need a declared name for each. */
export interface Assert {
  ok(value: unknown, message?: string): void
  equal(actual: unknown, expected: unknown, message?: string): void
  notEqual(actual: unknown, expected: unknown, message?: string): void
  deepEqual(actual: unknown, expected: unknown, message?: string): void
  match(actual: string, pattern: RegExp, message?: string): void
  doesNotMatch(actual: string, pattern: RegExp, message?: string): void
}

/** `installed`: the parts of Fairlead are not built in, but put on the cluster as on anybody's. */
export const FACE = process.env.FAIRLEAD_FACE ?? 'built-in'
const BARE = ['--without', 'proxy,dns,network,gateway', '--allow-host-access']

const installParts = async (env: NodeJS.ProcessEnv): Promise<void> => {
  const { loadImage } = await import('./installed-image.ts')
  await loadImage()
  for (const [program, args] of [
    [FAIRLEAD, ['install', '--parts', 'proxy,network,policy,dns,gateway']],
    ['kubectl', ['wait', 'node', '--all', '--for=condition=Ready', '--timeout=60s']],
  ] as const) {
    const { status, stderr } = await run(program, args, { env, timeoutMs: 120_000 })
    nodeAssert.equal(status, 0, stderr)
  }
}

/** What a test did, for the check that docs/brief.md's tests ran and asserted something. */
const record = (name: string, assertions: number, passed: boolean): void => {
  const path = process.env.FAIRLEAD_REPORT
  if (path) appendFileSync(path, `${JSON.stringify({ name, assertions, passed })}\n`)
}

const [major = 0, minor = 0] = release().split('.').map(Number)
/** Why pods cannot have users of their own here: a state folder in memory is shown to them from Linux 6.3 on. */
export const whyNoOwnUsers: string | undefined =
  major > 6 || (major === 6 && minor >= 3) ? undefined : `Linux ${release()} shows no tmpfs by other owners`

/** A test whose assertions are counted; one that asserts nothing fails. `skip`: why it cannot be done here. */
export const claim = (
  name: string,
  body: (assert: Assert) => Promise<void>,
  options: { readonly timeout?: number; readonly skip?: string | undefined } = {},
): void => {
  test(name, { timeout: options.timeout ?? 120_000, skip: options.skip ?? false }, async () => {
    let assertions = 0
    const counted = new Proxy(nodeAssert, {
      get: (target, property) => {
        const value = Reflect.get(target, property) as unknown
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          assertions++
          return (value as (...args: unknown[]) => unknown)(...args)
        }
      },
    }) as unknown as Assert
    let passed = false
    try {
      await body(counted)
      nodeAssert.ok(assertions > 0, 'the test asserted nothing')
      passed = true
    } finally {
      record(name, assertions, passed)
    }
  })
}

const FIRST_PAUSE_MS = 50
const MOST_PAUSE_MS = 300

/**
 * Asks again until `probe` gives something (an empty text is nothing), or `limitMs` is over: then its last failure is
 * the test's.
 */
export const eventually = async <T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  limitMs = 15_000,
): Promise<T> => {
  const until = Date.now() + limitMs
  let last: unknown
  // Most probes are a program: asked without pause they hold up what they wait for.
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, MOST_PAUSE_MS)) {
    try {
      const found = await probe()
      if (found !== undefined && found !== false && (found as unknown) !== '') return found
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > until) throw new Error(`did not come about in ${limitMs} ms: ${what}`, { cause: last })
    await sleep(pause)
  }
}

interface Cluster {
  readonly name: string
  readonly kubeconfig: string
  /** `fairlead up -o json`'s answer. */
  readonly facts: {
    readonly server: string
    readonly nodes: readonly {
      readonly name: string
      readonly namespace: string
      readonly addresses: readonly [string, string]
      readonly podCidrs: readonly [string, string]
    }[]
  }
  /**
   * kubectl against this cluster; `kubectl.try` gives the outcome, the plain call fails the test where kubectl fails.
   */
  readonly kubectl: ((...args: readonly string[]) => Promise<string>) & {
    readonly try: (...args: readonly string[]) => Promise<Outcome>
    readonly apply: (yaml: string) => Promise<string>
  }
  readonly json: <T>(...args: readonly string[]) => Promise<T>
  /** A program in a pod, a node's network, or the host. */
  readonly inPod: (pod: string, ...command: readonly string[]) => Promise<Outcome>
  readonly onNode: (node: string, ...command: readonly string[]) => Promise<Outcome>
  readonly onHost: (...command: readonly string[]) => Promise<Outcome>
}

/** What lies in the state folder of a cluster but what tests bring there, profiles of seccomp. */
const leftOf = (name: string): readonly string[] => {
  const folder = join(process.env.FAIRLEAD_STATE ?? '/var/lib/fairlead', name)
  return existsSync(folder) ? readdirSync(folder).filter((entry) => entry !== 'seccomp') : []
}

/** A cluster for the tests of one file: up before them, down after them, also when they failed. */
export const withCluster = (name: string, flags: readonly string[] = []): Cluster => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-e2e-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const env = { KUBECONFIG: kubeconfig, HOME: folder }
  let facts: Cluster['facts'] | undefined
  before(async () => {
    const isInstalled = FACE === 'installed'
    const outcome = await run(FAIRLEAD, ['up', '--name', name, '-o', 'json', ...flags, ...(isInstalled ? BARE : [])], {
      env,
    })
    nodeAssert.equal(outcome.status, 0, outcome.stderr)
    facts = JSON.parse(outcome.stdout) as Cluster['facts']
    if (isInstalled) await installParts(env)
  })
  after(async () => {
    const outcome = await run(FAIRLEAD, ['down', '--name', name], { env })
    rmSync(folder, { recursive: true, force: true })
    nodeAssert.equal(outcome.status, 0, outcome.stderr)
    nodeAssert.deepEqual(leftOf(name), [], 'down leaves nothing of its state, and the name can be taken again')
  })
  const attempt = (...args: readonly string[]): Promise<Outcome> => run('kubectl', args, { env })
  const strict = async (outcome: Promise<Outcome>): Promise<string> => {
    const { status, stdout, stderr } = await outcome
    nodeAssert.equal(status, 0, `kubectl failed: ${stderr}${stdout}`)
    return stdout
  }
  const kubectl = Object.assign((...args: readonly string[]) => strict(attempt(...args)), {
    try: attempt,
    apply: (yaml: string) => strict(run('kubectl', ['apply', '-f', '-'], { env, input: yaml })),
  })
  const cluster: Cluster = {
    name,
    kubeconfig,
    get facts() {
      nodeAssert.ok(facts, 'the cluster is up')
      return facts
    },
    kubectl,
    json: async <T>(...args: readonly string[]) => JSON.parse(await kubectl(...args, '-o', 'json')) as T,
    inPod: (pod, ...command) => attempt('exec', pod, '--', ...command),
    onNode: (node, ...command) =>
      run('ip', ['netns', 'exec', cluster.facts.nodes.find((one) => one.name === node)!.namespace, ...command]),
    onHost: (program, ...args) => run(program!, args),
  }
  return cluster
}
