import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { FormerSettings } from '#reconciler/between/packet-forwarding.ts'

/** Settings of the machine as they were before us, in a file of the node's folder; none there: nothing was changed. */
export const formerSettingsFile = (stateDir: string): FormerSettings => {
  const path = `${stateDir}/former-settings.json`
  return {
    read() {
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, string>>
      } catch {
        return {}
      }
    },
    write(former) {
      if (Object.keys(former).length === 0) return rmSync(path, { force: true })
      writeFileSync(`${path}.new`, JSON.stringify(former), { mode: 0o600 })
      renameSync(`${path}.new`, path)
    },
  }
}
