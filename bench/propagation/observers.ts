import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { compileProgram } from '../load/compile.ts'

/** Told of a node, by its number, that has the Service of a ClusterIP as it now is, and since when (ms, see now()). */
type Sighting = (node: number, address: string, at: number) => void

/** Processes of bench/load/observe.c. */
export class Observers implements Disposable {
  readonly #compiled = compileProgram('observe')
  readonly #children: ChildProcess[] = []

  /** Starts one by its command line; resolves as soon as it observes. Rejects where it ends. */
  start(args: readonly string[], onSighting: Sighting): Promise<ChildProcess> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#compiled.program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      this.#children.push(child)
      child.once('error', reject)
      child.once('exit', (status) => reject(new Error(`observe ended with ${status}`)))
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'ready') resolve(child)
        const [node, address, at] = line.split(' ')
        if (at !== undefined) onSighting(Number(node), address as string, Number(at) / 1e6)
      })
    })
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) {
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
    }
    this.#compiled.remove()
  }
}
