import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FAIRLEAD, type Outcome, run } from './harness.ts'

/**
 * A folder with a kubeconfig of its own, and the clusters that a test starts from it: whatever became of them, they are
 * down in the end.
 */
export interface Scratch extends AsyncDisposable {
  readonly folder: string
  readonly kubeconfig: string
  readonly env: NodeJS.ProcessEnv
  /** `fairlead …`, whatever its status. */
  fairlead(...args: readonly string[]): Promise<Outcome>
  /** The same with more in its environment. */
  fairleadWith(environment: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome>
  /** `fairlead up --name NAME …`, which must succeed; gives what `-o json` says. */
  up(name: string, ...flags: readonly string[]): Promise<UpFacts>
  /** `fairlead status -o json`, whatever its exit status. */
  status(name: string): Promise<Status>
  /** kubectl, in the context that is current or in another; must succeed. */
  kubectl(...args: readonly string[]): Promise<string>
  apply(yaml: string, ...args: readonly string[]): Promise<Outcome>
}

interface UpFacts {
  readonly name: string
  readonly context: string
  readonly kubeconfig: string
  readonly server: string
  readonly milliseconds: number
  readonly nodes: readonly {
    readonly name: string
    readonly namespace: string
    readonly addresses: readonly [string, string]
    readonly podCidrs: readonly [string, string]
  }[]
}

export interface Status {
  readonly name: string
  readonly healthy: boolean
  readonly api: boolean
  readonly processes: readonly { readonly pid: number; readonly role: string; readonly rss: number }[]
  readonly nodes: readonly {
    readonly name: string
    readonly ready: boolean
    readonly addresses: readonly string[]
    readonly pods: readonly { readonly name: string; readonly phase: string; readonly addresses: readonly string[] }[]
    readonly dataplane: { readonly services: number; readonly pending: number; readonly failed: readonly unknown[] }
  }[]
}

export const scratch = (): Scratch => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-e2e-'))
  const kubeconfig = join(folder, 'kubeconfig')
  const env = { KUBECONFIG: kubeconfig, HOME: folder }
  const started = new Set<string>()
  const fairleadWith = (environment: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<Outcome> => {
    const name = args[args.indexOf('--name') + 1]
    if (args[0] === 'up' && args.includes('--name')) started.add(name!)
    return run(FAIRLEAD, args, { env: { ...env, ...environment } })
  }
  const fairlead = (...args: readonly string[]): Promise<Outcome> => fairleadWith({}, ...args)
  const strict = async (outcome: Promise<Outcome>): Promise<string> => {
    const { status, stdout, stderr } = await outcome
    assert.equal(status, 0, `${stderr}${stdout}`)
    return stdout
  }
  return {
    folder,
    kubeconfig,
    env,
    fairlead,
    fairleadWith,
    up: async (name, ...flags) =>
      JSON.parse(await strict(fairlead('up', '--name', name, '-o', 'json', ...flags))) as UpFacts,
    status: async (name) => JSON.parse((await fairlead('status', '--name', name, '-o', 'json')).stdout) as Status,
    kubectl: (...args) => strict(run('kubectl', args, { env })),
    apply: (yaml, ...args) => run('kubectl', ['apply', '-f', '-', ...args], { env, input: yaml }),
    async [Symbol.asyncDispose]() {
      for (const name of started) await fairlead('down', '--name', name)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
