import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { type Outcome, run } from './harness.ts'

interface KubectlBinary {
  readonly path: string
  /** `1.27` → 27 */
  readonly minor: number
}

/**
 * Every kubectl of this machine, oldest first, one a minor version: those on the PATH and those beside what its links
 * lead to.
 */
export const kubectlBinaries = (): readonly KubectlBinary[] => {
  const found = new Map<number, KubectlBinary>()
  const folders = new Set((process.env.PATH ?? '').split(delimiter))
  const candidates = new Set<string>()
  for (const folder of folders) {
    for (const name of namesIn(folder)) {
      if (!/^kubectl(?:\.1\.\d+)?$/.test(name)) continue
      const path = realpathSync(join(folder, name))
      candidates.add(path)
      folders.add(dirname(path))
    }
  }
  for (const path of candidates) {
    const text = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8', stdio: 'pipe' })
    const { clientVersion } = JSON.parse(text) as { clientVersion: { minor: string; gitVersion: string } }
    const minor = Number.parseInt(clientVersion.minor, 10)
    // A dispatcher runs another binary, which is beside it.
    if (found.has(minor) && clientVersion.gitVersion.includes('dispatcher')) continue
    found.set(minor, { path, minor })
  }
  return [...found.values()].sort((one, other) => one.minor - other.minor)
}

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A program that goes on: its output as it comes, until `stop`. */
interface Following {
  readonly text: () => string
  /** Waits for a line of its output that matches, and gives the match. */
  readonly until: (pattern: RegExp, limitMs?: number) => Promise<RegExpExecArray>
  readonly stop: () => Promise<void>
}

export interface Kubectl extends KubectlBinary {
  /** The answer; the test fails where kubectl does. */
  (...args: readonly string[]): Promise<string>
  readonly try: (...args: readonly string[]) => Promise<Outcome>
  readonly with: (input: string, ...args: readonly string[]) => Promise<Outcome>
  readonly apply: (yaml: string) => Promise<string>
  /** As typed at a terminal of 33 lines and 99 columns: output and errors come as one, line ends are CR LF. */
  readonly typed: (keys: string, ...args: readonly string[]) => Promise<Outcome>
  readonly edit: (script: string, ...args: readonly string[]) => Promise<string>
  readonly follow: (...args: readonly string[]) => Following
}

/** One kubectl against the cluster of `kubeconfig`, in one namespace. */
export const kubectlOf = ({ path, minor }: KubectlBinary, kubeconfig: () => string, namespace: string): Kubectl => {
  const env = (): NodeJS.ProcessEnv => ({ KUBECONFIG: kubeconfig(), HOME: dirname(kubeconfig()), TERM: 'dumb' })
  const inNamespace = (args: readonly string[]): readonly string[] => ['-n', namespace, ...args]
  const strict = async (outcome: Promise<Outcome>, args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await outcome
    if (status !== 0) throw new Error(`${path} ${args.join(' ')}: status ${status}: ${stderr}${stdout}`)
    return stdout
  }
  const attempt = (...args: readonly string[]): Promise<Outcome> => run(path, inNamespace(args), { env: env() })
  const quoted = (args: readonly string[]): string => args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ')
  return Object.assign((...args: readonly string[]) => strict(attempt(...args), args), {
    path,
    minor,
    try: attempt,
    with: (input: string, ...args: readonly string[]) => run(path, inNamespace(args), { env: env(), input }),
    apply: (yaml: string) =>
      strict(run(path, inNamespace(['apply', '-f', '-']), { env: env(), input: yaml }), ['apply']),
    typed: (keys: string, ...args: readonly string[]) =>
      run('script', ['-qec', `stty rows 33 cols 99; exec ${quoted([path, ...inNamespace(args)])}`, '/dev/null'], {
        env: env(),
        input: keys,
      }),
    edit: (script: string, ...args: readonly string[]) =>
      strict(run(path, inNamespace(['edit', ...args]), { env: { ...env(), KUBE_EDITOR: `sed -i ${script}` } }), args),
    follow: (...args: readonly string[]) => following(path, inNamespace(args), env()),
  })
}

const following = (path: string, args: readonly string[], env: NodeJS.ProcessEnv): Following => {
  const child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let text = ''
  const changed = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more
      for (const look of [...changed]) look()
    })
  }
  return {
    text: () => text,
    until: (pattern, limitMs = 10_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          changed.delete(look)
          reject(new Error(`kubectl ${args.join(' ')} did not say ${pattern} in ${limitMs} ms, but: ${text}`))
        }, limitMs)
        const look = (): void => {
          const match = pattern.exec(text)
          if (!match) return
          clearTimeout(timer)
          changed.delete(look)
          resolve(match)
        }
        changed.add(look)
        look()
      }),
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}
