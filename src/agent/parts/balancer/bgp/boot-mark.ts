import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'bgp-boot'

/**
 * Whether a speaker was here before since the machine was started, as a file in the node's folder tells; from now on one was.
 * Where the file cannot be written the next one does not know, and peers drop what they have kept.
 */
export const markBoot = (stateDir: string, bootId: string, onError: (error: unknown) => void): boolean => {
  const path = join(stateDir, FILE)
  let known: string | undefined
  try {
    known = readFileSync(path, 'utf8').trim()
  } catch {
    // The first of this node.
  }
  if (known === bootId) return true
  try {
    writeFileSync(path, `${bootId}\n`, { mode: 0o600 })
  } catch (error) {
    onError(error)
  }
  return false
}
