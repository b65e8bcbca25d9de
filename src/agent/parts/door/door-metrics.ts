import type { PluginAnswer, SentRequest } from '#cni/plugin/frame.ts'
import { FAULTS } from '#cni/plugin/refusal.ts'
import { Registry } from '#metrics/registry.ts'

const COMMANDS: readonly string[] = ['ADD', 'DEL', 'CHECK', 'GC', 'STATUS']
const CODES: ReadonlySet<unknown> = new Set(Object.values(FAULTS))

/** What runtimes have asked at the door, and how many are attached. */
export const doorMetrics = (attached: () => number) => {
  const registry = new Registry()
  const requests = registry.counter({
    name: 'fairlead_cni_requests_total',
    help: 'What container runtimes have asked of the CNI plugin, by command and code of the answer.',
  })
  registry.read('gauge', { name: 'fairlead_cni_links', help: 'Links of containers that are attached here.' }, attached)
  return {
    registry,
    /** What callers may choose freely is no label. */
    answered({ env: { CNI_COMMAND: command = '' } }: SentRequest, { exitStatus, stdout }: PluginAnswer): void {
      const code: unknown = exitStatus === 0 ? 0 : (JSON.parse(stdout) as { readonly code?: unknown }).code
      requests.add(1, {
        command: COMMANDS.includes(command) ? command : 'other',
        code: code === 0 || CODES.has(code) ? String(code) : 'other',
      })
    },
  }
}
