import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A program of the bench's bundle as a process of its own. */
export class Program {
  readonly child: ChildProcess
  readonly #lines: AsyncIterator<string>

  /** `settings` is its argument, as JSON. */
  constructor(bundle: string, name: string, settings: object, flags: readonly string[], environment: object = {}) {
    this.child = spawn(process.execPath, [...flags, join(bundle, `${name}.mjs`), JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...environment, NODE_COMPILE_CACHE: join(bundle, 'compiled') },
    })
    this.#lines = lines(this.child.stdout!)
  }

  get pid(): number {
    return this.child.pid!
  }

  /** The next line that it says. Throws where it ended before. */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`${this.child.spawnargs.at(-2)} has ended`)
    return value
  }

  /** Megabytes: `VmRSS`, `VmHWM`, `RssAnon`. */
  memory(name: string): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill('SIGTERM')
    await ended
  }
}

async function* lines(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()!
    yield* parts
  }
}
