// The program of the image fairlead/echo. Handlers for both signals are a must: the kernel drops signals that PID 1 of
// a namespace does not handle.
import { writeFileSync } from 'node:fs'
import { startEcho } from './echo.ts'
import { FlagError, parseFlags } from './flags.ts'
import { leave } from './leave.ts'
import { become, findProgram } from './program.ts'
import { ownSurroundings } from './surroundings.ts'
import { readPlace } from './who-answers.ts'

// From the first moment on: a pod that is deleted while it starts would otherwise live through its whole grace period.
let terminate = (): void => leave(0)
process.on('SIGTERM', () => terminate())
// Ctrl-C of a person who runs it by hand: no grace.
process.on('SIGINT', () => leave(130))

/** A tool that did not finish has not succeeded: the status of a program that the signal ends, for `timeout 3 curl … && …`. */
const beTerminated = (): void => leave(143)

/** Written by the runtime; src/runtime/images/built-in/echo-image.ts has the name too. */
const ANNOTATIONS = '/fairlead/annotations.json'

/** Those of agnhost that are here too, and tools of the image. */
const VERBS = [
  'netexec',
  'connect',
  'serve-hostname',
  'pause',
  'gateway-echo',
  'coredns',
  'curl',
  'grpcurl',
  'nslookup',
]
const PAUSE_MS = 3_600_000
/** Seconds that a server that has no flag for it is asked for after SIGTERM: proxies learn late of it. */
const DELAY_SHUTDOWN = 2

const main = async (): Promise<void> => {
  const [, , verb, ...words] = process.argv
  switch (verb) {
    case 'curl':
      terminate = beTerminated
      return leave(await (await import('./tools/curl.ts')).curl(words))
    case 'grpcurl':
      terminate = beTerminated
      return leave(await (await import('./tools/grpcurl.ts')).grpcurl(words))
    case 'nslookup':
      terminate = beTerminated
      return leave(await (await import('./tools/nslookup.ts')).nslookup(words))
    case 'connect':
      terminate = beTerminated
      return leave(await (await import('./connect.ts')).connect(words))
    case 'serve-hostname': {
      const { serveHostname } = await import('./serve-hostname.ts')
      const { at } = await serveHostname(words, ownSurroundings(readPlace(ANNOTATIONS)))
      tellStarted()
      console.log(`echo: serves the hostname at ${at}`)
      return
    }
    case 'gateway-echo': {
      const { startGatewayEcho } = await import('./gateway/gateway-echo.ts')
      const echo = await startGatewayEcho(words, ownSurroundings(), leave)
      tellStarted()
      console.log(
        `echo: ${Object.entries(echo.ports)
          .map((port) => port.join(' '))
          .join(', ')}`,
      )
      terminate = () => drain(echo.drain(DELAY_SHUTDOWN), DELAY_SHUTDOWN)
      return
    }
    case 'coredns': {
      const { startCoreDns } = await import('./coredns/coredns.ts')
      const { ports, close } = await startCoreDns(words, ownSurroundings())
      tellStarted()
      console.log(`echo: dns ${ports.join(', ')}`)
      terminate = () => {
        close()
        leave(0)
      }
      return
    }
    case 'pause':
      // Whatever keeps a process from its end.
      setInterval(() => undefined, PAUSE_MS)
      tellStarted()
      return
  }
  if (verb !== undefined && verb !== 'netexec' && !verb.startsWith('-')) run(verb, words)
  const flags = parseFlags(process.argv.slice(2))
  const echo = await startEcho(flags, leave, ownSurroundings(readPlace(ANNOTATIONS)))
  tellStarted()
  const { http, udp, tcp } = echo.ports
  console.log(`echo: http ${http}, udp ${udp}, tcp ${tcp} (-1 is off)`)
  terminate = () => drain(echo.drain(), flags.delayShutdown)
}

const drain = (drained: Promise<void>, seconds: number): void => {
  console.log(`echo: SIGTERM, accepting ${seconds} s more`)
  drained.then(
    () => leave(0),
    () => leave(1),
  )
}

/** What is no verb may be a program, as in images whose entrypoint runs what it is given: `kubectl run … -- sh`. */
const run = (word: string, words: readonly string[]): never => {
  const program = findProgram(word)
  if (program !== undefined) {
    tellStarted()
    become(program, words)
  }
  const where = word.includes('/') ? 'is at that path' : `of that name is in ${process.env.PATH}`
  throw new FlagError(`unknown verb ${word}: known are ${VERBS.join(', ')}; and no program ${where}`)
}

/** Says that it listens to the runtime, which holds this file; src/runtime/images/built-in/echo-image.ts has the name too. */
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
  leave(error instanceof FlagError ? 2 : 1)
})
