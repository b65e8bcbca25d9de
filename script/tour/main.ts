/** The program behind script/demo: shows the steps one by one. Exit status 0 only where every one of them answered. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { stepList } from './step-list.ts'
import { openTerminal, StepFailed } from './terminal.ts'

const top = join(import.meta.dirname, '..', '..')
const out = (text: string): void => {
  process.stdout.write(text)
}
const fairlead = (...args: readonly string[]) =>
  spawnSync(join(top, 'bin', 'fairlead'), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })

const takeDown = (): number => {
  const { status, stdout } = fairlead('list', '-o', 'json')
  if (status !== 0) return 1
  if (!(JSON.parse(stdout) as { name: string }[]).some(({ name }) => name === 'fairlead')) {
    out('There is no demo cluster; nothing to take down.\n')
    return 0
  }
  const began = performance.now()
  if (fairlead('down').status !== 0) return 1
  out(`The demo cluster is gone, and all that belonged to it (${Math.round(performance.now() - began)} ms).\n`)
  return 0
}

const nextThings = (node: string): string => `
The cluster stays up, and kubectl talks to it. Some things to try:

  kubectl get svc                              # every Service, with its addresses and ports
  curl http://${node}:30008/hostname        # ask a NodePort; again, and another pod may answer
  kubectl scale deployment myapp --replicas=5  # then ask again
  kubectl exec -it client -- bash              # a shell in a pod, with the machine's own programs
  bin/fairlead explain --from pod/client --to svc/myapp-service   # a packet's way, hop by hop
  bin/fairlead status                          # nodes, pods, and whether each kernel is in sync
  ip netns exec fairlead-fairlead-node-1 nft list table ip fairlead   # the rules themselves
  bin/fairlead down                            # or: script/demo --down
`

const showAll = async (): Promise<number> => {
  const colours = process.stdout.isTTY === true && !process.env.NO_COLOR
  const terminal = openTerminal(out, colours)
  const failed: string[] = []
  for (const [index, { title, story, show, essential }] of stepList.entries()) {
    const heading = `${index + 1}. ${title}`
    out(`\n${colours ? `\x1b[1;36m${heading}\x1b[0m` : heading}\n${story.replace(/^/gm, '  ')}\n`)
    try {
      await show(terminal)
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error
      failed.push(heading)
      out(`\n  ✗ ${error.message}\n`)
      if (essential) break
    }
  }
  if (failed.length > 0) {
    out(`\nNot shown: ${failed.join('; ')}.\n`)
    out('bin/fairlead status and bin/fairlead logs say more; script/demo --down takes the cluster down.\n')
    return 1
  }
  out(`\nAll ${stepList.length} steps answered.\n`)
  out(
    nextThings(
      await terminal.look(
        `kubectl get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}' | cut -d ' ' -f 1`,
      ),
    ),
  )
  return 0
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.exitCode = process.argv[2] === '--down' ? takeDown() : await showAll()
