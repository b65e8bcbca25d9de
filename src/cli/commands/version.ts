import { KUBERNETES_VERSION, VERSION } from '#client/version.ts'
import { type Command, outputFlag } from '../command.ts'

export const version: Command = {
  name: 'version',
  summary: 'the versions of Fairlead and of the Kubernetes API it serves',
  description: 'Prints both, the Node.js that runs it, and with -o json its form: the bundle or its source.',
  flags: { output: outputFlag },
  examples: ['fairlead version -o json'],
  async run({ flags, io }) {
    const form = import.meta.filename.endsWith('.ts') ? 'source' : 'bundle'
    const versions = { fairlead: VERSION, kubernetes: KUBERNETES_VERSION, node: process.versions.node, form }
    io.out(
      flags.output === 'json'
        ? `${JSON.stringify(versions)}\n`
        : `fairlead ${VERSION} (Kubernetes API ${KUBERNETES_VERSION}, Node.js ${versions.node})\n`,
    )
    return 0
  },
}
