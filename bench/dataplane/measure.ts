import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
  Number.NaN
/** The middle one, or the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((left, right) => left - right)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}
export const round = (value: number, digits = 3): number => Number(value.toFixed(digits))

/** As the agent host does, so that memory compares. */
export const likeTheAgentHost = (): void => setFlagsFromString('--no-allocation-site-pretenuring')

/** Collects garbage. Node.js needs no flag on its command line for it. */
const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
}

const kibibytes = (file: string, name: string): number =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0) / 1024

/**
 * From now on this process's resident memory has a new high-water mark. Gives what is resident now, in MB; `peak()`
 * says by how much it was exceeded.
 */
export const watchPeak = (): { readonly idle: number; peak(): number } => {
  collectGarbage()
  writeFileSync('/proc/self/clear_refs', '5')
  const idle = kibibytes('/proc/self/status', 'VmRSS')
  return { idle, peak: () => kibibytes('/proc/self/status', 'VmHWM') - idle }
}

/**
 * What the kernel holds for itself, MB, of the whole machine: a difference is noisy while others work; medians help.
 */
export const kernelMemory = (): number =>
  ['SUnreclaim', 'VmallocUsed', 'Percpu'].reduce((sum, name) => sum + kibibytes('/proc/meminfo', name), 0)

/** Runs a worker of ours in a process and a network namespace of its own; gives what it printed last, parsed. */
export const inFreshProcess = <T>(worker: string, options: object): Promise<T> =>
  new Promise((resolve, reject) => {
    // The flags of the agent host, so that memory compares.
    const child = spawn(
      'unshare',
      ['--net', process.execPath, '--max-semi-space-size=4', worker, JSON.stringify(options)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (status) => {
      if (status !== 0) reject(new Error(`${worker} ${JSON.stringify(options)} ended with ${status}`))
      else resolve(JSON.parse(text.trim().split('\n').at(-1) ?? '') as T)
    })
  })
