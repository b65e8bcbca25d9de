import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { ProxyError } from '../proxy-error.ts'
import { CONFIG_FILE, Files, type FileTexts } from './files.ts'

const PATIENCE_MS = 20_000

/**
 * Has HAProxy read files, in a folder beside those of the one that runs. HAProxy's words where it refuses them; undefined
 * where it takes them. Rejects with PROXY_UNREACHABLE where it cannot be run, with CHECK_UNFINISHED where it was ended
 * before it had an answer: that is no word against the files.
 */
export const checkFiles = async (program: string, folder: string, files: FileTexts): Promise<string | undefined> => {
  const draft = new Files(folder)
  draft.clear()
  try {
    draft.write(files)
    return await run(program, ['-c', '-C', folder, '-f', CONFIG_FILE])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const run = (program: string, args: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: PATIENCE_MS })
    let said = ''
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (text: string) => {
      said += text
    })
    child.on('error', (cause) =>
      reject(new ProxyError('PROXY_UNREACHABLE', `${program} cannot be run: ${cause.message}`, { cause })),
    )
    child.on('close', (code, signal) => {
      if (code !== null) return resolve(code === 0 ? undefined : wordsOf(said))
      const why = `${program} was ended by ${signal} while it checked a configuration, for which it has ${PATIENCE_MS / 1000} s`
      reject(new ProxyError('CHECK_UNFINISHED', why))
    })
  })

/** What HAProxy says of the fault, without what it says of itself. */
const wordsOf = (said: string): string => {
  const alerts = said
    .split('\n')
    .filter((line) => line.startsWith('[ALERT]'))
    .map((line) => line.replace(/^\[ALERT\]\s*(?:\(\d+\) : )?(?:config : )?(?:parsing \[[^\]]*\] : )?/, '').trim())
    .filter((line) => line !== '' && !/^(?:Error\(s\) found in|Fatal errors found)/.test(line))
  return alerts.slice(0, 3).join('; ').slice(0, 600) || 'HAProxy does not say why'
}
