import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FAIRLEAD, run } from './harness.ts'

const top = join(import.meta.dirname, '..', '..')

const must = async (program: string, args: readonly string[]): Promise<void> => {
  const { status, stdout, stderr } = await run(program, args, { timeoutMs: 240_000 })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`)
}

/**
 * The image that is installed, where every cluster of this machine finds it: made now, or by whoever names its archive in
 * FAIRLEAD_IMAGE.
 */
export const loadImage = async (): Promise<void> => {
  const given = process.env.FAIRLEAD_IMAGE
  if (given !== undefined && existsSync(given)) {
    await must(FAIRLEAD, ['image', 'load', given])
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-image-'))
  try {
    const archive = join(folder, 'image.tar')
    await must(join(top, 'script', 'image'), [archive])
    await must(FAIRLEAD, ['image', 'load', archive])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
