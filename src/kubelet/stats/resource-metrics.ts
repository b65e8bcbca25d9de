import type { Summary } from './summary.ts'

type Labels = Readonly<Record<string, string>>

const escaped = (text: string): string => text.replace(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`))

const line = (name: string, labels: Labels, value: number, at: number): string => {
  const inner = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${inner.length > 0 ? `{${inner.join(',')}}` : ''} ${value} ${at}`
}

interface Stats {
  readonly labels: Labels
  readonly cpu?: { readonly usageCoreNanoSeconds: number; readonly time: string } | undefined
  readonly memory?: { readonly workingSetBytes: number; readonly time: string } | undefined
}

/** What a kubelet answers at `/metrics/resource`: what a summary tells of processors and memory, for Prometheus. */
export const resourceMetrics = ({ node, pods }: Summary): string => {
  const lines: string[] = []
  const family = (name: string, type: string, help: string, samples: readonly (string | undefined)[]): void => {
    const known = samples.filter((sample) => sample !== undefined)
    if (known.length > 0) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...known)
  }
  const levels = (all: readonly Stats[], subject: string): void => {
    const [cpu, memory] = [`${subject}_cpu_usage_seconds_total`, `${subject}_memory_working_set_bytes`]
    const seconds = all.map((one) => {
      if (!one.cpu) return undefined
      return line(cpu, one.labels, one.cpu.usageCoreNanoSeconds / 1e9, Date.parse(one.cpu.time))
    })
    family(cpu, 'counter', `Processor time of the ${subject}, in seconds of a core.`, seconds)
    const bytes = all.map((one) => {
      if (!one.memory) return undefined
      return line(memory, one.labels, one.memory.workingSetBytes, Date.parse(one.memory.time))
    })
    family(memory, 'gauge', `Memory that the ${subject} works with, in bytes.`, bytes)
  }
  const of = ({ podRef }: Summary['pods'][number]): Labels => ({ namespace: podRef.namespace, pod: podRef.name })
  const containers = pods.flatMap((pod) =>
    pod.containers.map(({ name, cpu, memory }): Stats => ({ labels: { container: name, ...of(pod) }, cpu, memory })),
  )
  levels(containers, 'container')
  levels(
    pods.map((pod): Stats => ({ labels: of(pod), cpu: pod.cpu, memory: pod.memory })),
    'pod',
  )
  levels([{ labels: {}, cpu: node.cpu, memory: node.memory }], 'node')
  family('resource_scrape_error', 'gauge', 'Whether something could not be measured.', ['resource_scrape_error 0'])
  return `${lines.join('\n')}\n`
}
