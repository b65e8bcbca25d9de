import { Writable } from 'node:stream'
import type { Runtime } from '#runtime/runtime.ts'

// Kubernetes keeps this much of a probe's output in its message.
const MAX_OUTPUT = 10 * 1024

/** Runs a command in a container and keeps the first 10 KiB of what it writes. Rejects with the signal's reason. */
export const execCheck = async (
  runtime: Runtime,
  id: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly exitCode: number; readonly output: string }> => {
  let output = ''
  const sink = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (output.length < MAX_OUTPUT) output += chunk.toString().slice(0, MAX_OUTPUT - output.length)
        done()
      },
    })
  const { exitCode } = await runtime.exec(id, { command, tty: false, stdout: sink(), stderr: sink(), signal })
  // How it ended then is our doing.
  signal.throwIfAborted()
  return { exitCode, output }
}
