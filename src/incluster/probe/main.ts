import { askProbes } from './ask-probes.ts'
import type { Probe } from './probe-types.ts'
import { serveProbes } from './serve-probes.ts'

/*
 * What `fairlead check` runs in a cluster. `serve PORT` answers with $NODE_NAME until it is ended; `ask MILLISECONDS JSON` asks a
 * list of probes and prints what came of each, as JSON.
 */

const [verb, first = '', list = ''] = process.argv.slice(2)
if (verb === 'serve' && /^\d+$/.test(first)) {
  const stop = await serveProbes(Number(first), process.env.NODE_NAME ?? '')
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
} else if (verb === 'ask' && /^\d+$/.test(first)) {
  const results = await askProbes(JSON.parse(list) as readonly Probe[], Number(first))
  process.stdout.write(`${JSON.stringify(results)}\n`)
} else {
  process.stderr.write('usage: probe.mjs serve PORT | ask MILLISECONDS JSON\n')
  process.exitCode = 1
}
