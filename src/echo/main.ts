// The program of the image fairlead/echo. Handlers for both signals are a must: the kernel drops signals that PID 1 of
// a namespace does not handle.
import { writeFileSync } from 'node:fs'
import { startEcho } from './echo.ts'
import { FlagError, parseFlags } from './flags.ts'
import { ownSurroundings } from './surroundings.ts'
import { readPlace } from './who-answers.ts'

// From the first moment on: a pod that is deleted while it starts would otherwise live through its whole grace period.
let terminate = (): void => process.exit(0)
process.on('SIGTERM', () => terminate())
// Ctrl-C of a person who runs it by hand: no grace.
process.on('SIGINT', () => process.exit(130))

/** Written by the runtime; src/runtime/images/echo-image.ts has the name too. */
const ANNOTATIONS = '/fairlead/annotations.json'

/** Those of agnhost that are here too. */
const VERBS = ['netexec', 'connect', 'serve-hostname', 'pause', 'curl']
const PAUSE_MS = 3_600_000

const main = async (): Promise<void> => {
  const [, , verb, ...words] = process.argv
  switch (verb) {
    case 'curl':
      process.exit(await (await import('./curl.ts')).curl(words))
      break
    case 'connect':
      process.exit(await (await import('./connect.ts')).connect(words))
      break
    case 'serve-hostname': {
      const { serveHostname } = await import('./serve-hostname.ts')
      const { at } = await serveHostname(words, ownSurroundings(readPlace(ANNOTATIONS)))
      tellStarted()
      console.log(`echo: serves the hostname at ${at}`)
      return
    }
    case 'pause':
      // Whatever keeps a process from its end.
      setInterval(() => undefined, PAUSE_MS)
      tellStarted()
      return
  }
  if (verb !== undefined && verb !== 'netexec' && !verb.startsWith('-'))
    throw new FlagError(`unknown verb ${verb}: known are ${VERBS.join(', ')}`)
  const flags = parseFlags(process.argv.slice(2))
  const echo = await startEcho(flags, (code) => process.exit(code), ownSurroundings(readPlace(ANNOTATIONS)))
  tellStarted()
  const { http, udp, tcp } = echo.ports
  console.log(`echo: http ${http}, udp ${udp}, tcp ${tcp} (-1 is off)`)
  terminate = () => {
    console.log(`echo: SIGTERM, accepting ${flags.delayShutdown} s more`)
    echo.drain().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
}

/** Says that it listens to the runtime, which holds this file; src/runtime/images/echo-image.ts has the name too. */
const tellStarted = (): void => {
  try {
    writeFileSync('/fairlead/started', '1', { flag: 'r+' })
  } catch {
    // Run by hand, or below a mount of the pod's own: nobody waits there.
  }
}

// No top-level await: the bundle is CommonJS.
main().catch((error: unknown) => {
  console.error(`echo: ${error instanceof Error ? error.message : error}`)
  process.exit(error instanceof FlagError ? 2 : 1)
})
