import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '#clock/clock.ts'
import { sleep } from '#clock/clock.ts'
import { tryLockFile } from '#kernel/files/file-lock.ts'

/** For the agent before us to end, milliseconds: its pod may be gone a moment before its process. */
const PATIENCE_MS = 10_000
const RETRY_MS = 100

/** Another agent runs on this node; docs/errors.md lists the code. */
class SecondAgentError extends Error {
  override readonly name = 'SecondAgentError'
  readonly code = 'AGENT_SECOND'

  constructor(node: string, path: string) {
    super(
      `another agent of Fairlead runs on node ${node}, and holds ${path}: this one does nothing and ends. ` +
        'Of two DaemonSets take one away: kubectl get pods -A -o wide -l app.kubernetes.io/name=fairlead-node',
    )
  }
}

/**
 * Makes sure that this process is the node's only agent for as long as it lives, by a lock on the file at `path`, whose
 * folder is made. Rejects with SecondAgentError where another holds it for long.
 */
export const beOnlyAgent = async (
  node: string,
  path: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Disposable> => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const until = clock.now() + PATIENCE_MS
  for (;;) {
    const lock = tryLockFile(path)
    if (lock !== undefined) return lock
    if (clock.now() >= until) throw new SecondAgentError(node, path)
    await sleep(clock, RETRY_MS, signal)
    signal.throwIfAborted()
  }
}
