import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { claim, EXAMPLES, eventually, withCluster } from './harness.ts'
import { inFolder, lessonOf } from './lesson.ts'

const cluster = withCluster('gateways', ['--nodes', '2'])

/** Names of a Deployment's pods end by chance. */
const named = (text: string): string =>
  text.replace(/^(shop|cart)-[0-9a-f]{6,10}-[a-z0-9]{5}$/gm, '$1-CHANCE').trimEnd()

claim(
  'the lesson about Ingresses and Gateways is what its commands print, and each file of its folder has its turn',
  async (assert) => {
    const told = lessonOf('gateway')
    for (const { command, output } of told) {
      const once = async (): Promise<string> => {
        const { status, stdout, stderr } = await inFolder(command, cluster.kubeconfig)
        return status === 0 ? named(stdout) : `${status}: ${stderr}${stdout}`
      }
      // A pod is told of a route a moment after the API server has it: whoever asks by hand comes later.
      const isAsked = command.startsWith('curl') || command.includes('grpcurl') || command.includes('get svc')
      if (isAsked)
        await eventually(command, async () => {
          assert.equal(await once(), named(output), command)
          return true
        })
      else assert.equal(await once(), named(output), command)
    }
    const applied = new Set(told.flatMap(({ command }) => command.match(/examples\/gateway\/\S+\.yaml/g) ?? []))
    const files = readdirSync(join(EXAMPLES, 'gateway')).filter((name) => name.endsWith('.yaml'))
    assert.deepEqual([...applied].sort(), files.map((name) => `examples/gateway/${name}`).sort())
  },
  { timeout: 280_000 },
)
